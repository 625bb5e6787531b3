"""Plots: reliability and recall, each as SVG for the screen and as PNG for everything else.

They are told apart by marks and strokes as well as by colour, so that they can be read in black and white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.errors import ConfigurationError, MissingPackage
from service.estimate import Estimate
from service.evaluation.reliability import Reliability
from service.evaluation.run import DEPTH

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter
except ImportError as error:
    raise MissingPackage(
        "plots are drawn with matplotlib, which is not installed. Install it: pip install 'glossator[plots]'"
    ) from error

_STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e7eb",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "svg.hashsalt": "glossator",  # the same plot is the same file
}
_INK, _PALE = "#1f3b57", "#b9c6d3"
_STROKES: tuple[tuple[str, Any, str], ...] = (
    (_INK, "-", "o"), ("#c05a12", "--", "s"), ("#2e7d4f", "-.", "^"), ("#8a3a86", ":", "D"),
    ("#5c5c5c", (0, (5, 1)), "v"), ("#9a7400", (0, (1, 1)), "x"), ("#1b7f93", (0, (3, 1, 1, 1)), "+"),
)  # fmt: skip


def prepare(folder: Path) -> None:
    """Make the folder for plots unless it is there. Raises ConfigurationError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder}: plots cannot be written there: {error.strerror}") from error


def draw_reliability(curve: Reliability, folder: Path) -> list[Path]:
    """Draw how often the content answers beside how likely that is by the score; return the files written."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 5.2), layout="constrained")
        shares, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        shares.set_title(f"Expected calibration error {curve.error:.3f} ({curve.questions:,} questions)")
        _draw_shares(shares, curve)
        _draw_counts(counts, curve)
        return _saved(figure, folder, "reliability")


def _draw_shares(axes: Axes, curve: Reliability) -> None:
    predicted = [one.predicted for one in curve.bins]
    observed = [one.observed.value for one in curve.bins]
    away = np.abs(_bounds([one.observed for one in curve.bins]) - observed)
    axes.plot((0, 1), (0, 1), color="#5c5c5c", linestyle="--", linewidth=1, label="as the score claims")
    axes.errorbar(
        predicted, observed, yerr=away, color=_INK, marker="o", markersize=5, linewidth=1.2, elinewidth=1, capsize=2.5,
        label="measured, with 95 % interval",
    )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share of the questions that have an answer")
    axes.legend(loc="lower right")


def _draw_counts(axes: Axes, curve: Reliability) -> None:
    left = [one.low for one in curve.bins]
    questions = np.asarray([one.observed.questions for one in curve.bins])
    answerable = np.asarray([one.observed.value for one in curve.bins]) * questions
    for heights, colour, label in ((questions, _PALE, "without an answer"), (answerable, _INK, "with an answer")):
        axes.bar(left, heights, curve.width, align="edge", color=colour, edgecolor="white", linewidth=0.8, label=label)
    for low, count in zip(left, questions.tolist(), strict=True):
        place = (low + curve.width / 2, count)
        axes.annotate(f"{count:,}", place, (0, 2), textcoords="offset points", ha="center", fontsize=7)
    axes.set(xlabel="score of the best passage", ylabel="questions", ylim=(0, 1.25 * questions.max()))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, fontsize=8)


def draw_recall(curves: Mapping[str, Sequence[Estimate]], folder: Path) -> list[Path]:
    """Draw recall by depth, the first curve with its interval; return the files written."""
    first, depths = next(iter(curves)), range(1, DEPTH + 1)
    lowest = min(one.value for curve in curves.values() for one in curve)
    with rc_context(_STYLE):
        figure = Figure(figsize=(5.6, 3.8), layout="constrained")
        axes = figure.subplots()
        for (name, curve), (colour, dashes, mark) in zip(curves.items(), _STROKES, strict=False):
            axes.plot(
                depths, [one.value for one in curve], color=colour, linestyle=dashes, linewidth=1.4,
                marker=mark, markersize=3.5, label=f"{name} ({curve[0].questions:,})",
            )  # fmt: skip
        low, high = _bounds(curves[first])
        axes.fill_between(depths, low, high, color=_PALE, alpha=0.6, linewidth=0)
        axes.set(
            title=f"Recall (band: 95 % interval of {first})",
            xlabel="pages looked at",
            ylabel="share of the relevant pages that is found",
        )
        axes.set(xlim=(0.5, DEPTH + 0.5), ylim=(max(0, 0.1 * (lowest // 0.1) - 0.05), 1.01), xticks=(1, 5, 10, 15, 20))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes.legend(loc="lower right")
        return _saved(figure, folder, "recall")


def _bounds(estimates: Sequence[Estimate]) -> NDArray[np.float64]:
    """Return the lower ends of intervals, and the upper; an estimate without one is its own."""
    return np.asarray([one.interval or (one.value, one.value) for one in estimates]).T


def _saved(figure: Figure, folder: Path, name: str) -> list[Path]:
    paths = [folder / f"{name}.svg", folder / f"{name}.png"]
    try:
        figure.savefig(paths[0], metadata={"Date": None})
        figure.savefig(paths[1], dpi=160, metadata={"Software": None})
    except OSError as error:
        raise ConfigurationError(f"{folder}: plots cannot be written there: {error.strerror}") from error
    return paths
