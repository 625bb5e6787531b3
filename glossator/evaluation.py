"""An evaluation as it is shown: tables for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from glossator.output import say, shown, table
from service.estimate import Estimate
from service.evaluation.comparison import Change, Changed, Comparison, Difference
from service.evaluation.figures import FIGURES, by_kind, figures
from service.evaluation.measurement import Measured

_NAMES = {
    "recall_at_1": "recall@1",
    "recall_at_5": "recall@5",
    "recall_at_10": "recall@10",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "answer_contains": "contains gold",
    "answer_f1": "answer F1",
    "answer_words_median": "median words",
    "refusal_balanced_accuracy": "refusal, balanced",
    "refusal_recall": "refusal recall",
    "over_refusal": "over-refusal",
    "aside": "courtesy or asked back",
    "calibration_error": "calibration error",
}
# What tells most about a kind of question, and about a single one: the other figures rise and fall with these.
_BY_KIND = ("recall_at_5", "ndcg_at_10", "answer_contains", "refusal_recall", "over_refusal")
_OF_ONE = ("refusal_recall", "over_refusal", "answer_contains", "ndcg_at_10", "answer_f1")
_WORDS = "answer_words_median"
_MOST_CHANGED = 20
_LONGEST_QUESTION = 72


def evaluation_json(snapshot_id: str, measured: Sequence[Measured], comparison: Comparison | None) -> dict[str, Any]:
    """Return an evaluation as one JSON document."""
    kinds = {kind: _figures_json(these) for kind, these in by_kind(measured).items()}
    document = {"snapshot": snapshot_id, **_figures_json(measured), "kinds": kinds}
    return document if comparison is None else {**document, "comparison": asdict(comparison)}


def _figures_json(measured: Sequence[Measured]) -> dict[str, Any]:
    found = figures(measured)
    return {
        "questions": len(measured),
        **{name: found[name].value if name in found else None for name in FIGURES},
        "intervals": {name: one.interval for name, one in found.items() if one.interval},
        "measured": {name: one.questions for name, one in found.items()},
    }


def show_figures(measured: Sequence[Measured]) -> None:
    """Print the figures of all questions, and those that tell most about each kind of them."""
    heads = ("figure", "value", "95 % interval", "questions")
    table(heads, [_estimate(name, one) for name, one in figures(measured).items()], numbers=(1, 2, 3))
    rows = [
        (kind, *_estimate(name, one))
        for kind, these in by_kind(measured).items()
        for name, one in figures(these).items()
        if name in _BY_KIND
    ]
    if rows:
        say("")
        table(("kind", *heads), rows, numbers=(2, 3, 4))


def _estimate(figure: str, one: Estimate) -> tuple[str, str, str, int]:
    interval = "–".join(_value(figure, bound) for bound in one.interval or ())
    return _NAMES[figure], _value(figure, one.value), interval, one.questions


def show_comparison(comparison: Comparison, name: str, questions: int) -> None:
    """Print what got better and worse against the run or snapshot of this name."""
    in_both = "" if comparison.questions == questions else f", {comparison.questions} of {questions} questions in both"
    say(f"\n[bold]Against {shown(name)}[/bold]{in_both}")
    heads = ("figure", "before", "after", "change", "95 % interval", "")
    table(heads, [_difference(figure, one) for figure, one in comparison.differences.items()], numbers=range(1, 5))
    rows = [
        (kind, *_difference(figure, one))
        for kind, differences in comparison.kinds.items()
        for figure, one in differences.items()
        if figure in _BY_KIND and one.before != one.after
    ]
    if rows:
        say("")
        table(("kind", *heads), rows, numbers=range(2, 6))
    _show_changed("Better", comparison.better)
    _show_changed("Worse", comparison.worse)


def _show_changed(heading: str, changed: Sequence[Changed]) -> None:
    say(f"\n[bold]{heading}:[/bold] {len(changed) or 'no'} question{'' if len(changed) == 1 else 's'}")
    if changed:
        rows = [(one.id, _short(one.question), ", ".join(_changes(one))) for one in changed[:_MOST_CHANGED]]
        table(("id", "question", "change"), rows)
    if len(changed) > _MOST_CHANGED:
        say(f"… and {len(changed) - _MOST_CHANGED} more; --json lists all")


def _changes(changed: Changed) -> list[str]:
    by_figure = {change.figure: change for change in changed.changes}
    told = [by_figure[figure] for figure in _OF_ONE if figure in by_figure] or list(changed.changes)
    return [_change(change) for change in told]


def _change(change: Change) -> str:
    if change.figure in {"refusal_recall", "over_refusal"}:
        return "refused → answered" if change.after < change.before else "answered → refused"
    if change.figure == "answer_contains":
        return "gold answer lost" if change.after < change.before else "gold answer found"
    return f"{_NAMES[change.figure]} {change.before:.2f} → {change.after:.2f}"


def _difference(figure: str, one: Difference) -> tuple[str, ...]:
    change = one.after - one.before
    return (
        _NAMES[figure],
        _value(figure, one.before),
        _value(figure, one.after),
        f"{change:+g}" if figure == _WORDS else f"{change:+.3f}",
        " … ".join(f"{bound:+.3f}" for bound in one.interval or ()),
        one.verdict or "",
    )


def _value(name: str, value: float) -> str:
    return f"{value:g}" if name == _WORDS else f"{value:.3f}"


def _short(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= _LONGEST_QUESTION else line[: _LONGEST_QUESTION - 1] + "…"
