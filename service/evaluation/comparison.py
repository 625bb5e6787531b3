"""A comparison: what got better and what got worse between two runs of the same questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from service.estimate import Estimate, Interval, resampled
from service.evaluation.figures import FIGURES, LOWER_IS_BETTER, MEANS, by_kind, figures
from service.evaluation.measurement import Measured

Pair = tuple[Measured, Measured]  # the same question before and after


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after, over so many questions, with the interval of how much it rose.

    The interval is the paired bootstrap's: questions are drawn with both of their measurements. None where they are too
    few or none can be given. ``verdict`` is None where it reaches 0: then chance alone may have made the difference.
    """

    before: float
    after: float
    interval: Interval | None
    questions: int
    verdict: Literal["better", "worse"] | None


@dataclass(frozen=True, slots=True)
class Change:
    """What was measured of a figure on one question before and after."""

    figure: str
    before: float
    after: float

    @property
    def rise(self) -> float:
        """By how much the figure rose; negative where it fell."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Changed:
    """A question with all that changed for the better, or all that changed for the worse."""

    id: str
    question: str
    kind: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of the same questions; ``questions`` are in both.

    The questions that got better and worse come with the greatest change first; one can be among both.
    """

    questions: int
    differences: Mapping[str, Difference]
    kinds: Mapping[str, Mapping[str, Difference]]
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]


def compare(before: Sequence[Measured], after: Sequence[Measured]) -> Comparison:
    """Compare two runs, measured by the same file of questions, on what is in both."""
    earlier = {one.id: one for one in before}
    pairs = [(earlier[one.id], one) for one in after if one.id in earlier]
    kinds = by_kind([one for _, one in pairs])
    return Comparison(
        questions=len(pairs),
        differences=_differences(pairs),
        kinds={kind: _differences([(earlier[one.id], one) for one in these]) for kind, these in kinds.items()},
        better=_changed(pairs, better=True),
        worse=_changed(pairs, better=False),
    )


def _differences(pairs: Sequence[Pair]) -> dict[str, Difference]:
    before, after = figures([earlier for earlier, _ in pairs]), figures([later for _, later in pairs])
    return {
        name: _difference(name, before[name], after[name], pairs)
        for name in FIGURES
        if name in before and name in after
    }


def _difference(name: str, before: Estimate, after: Estimate, pairs: Sequence[Pair]) -> Difference:
    interval = None
    if name in MEANS:
        interval = resampled(np.mean, _rises(name, pairs))
    elif name == "refusal_balanced_accuracy":
        interval = resampled(_half_difference, _rises("refusal_recall", pairs), _rises("over_refusal", pairs))
    return Difference(before.value, after.value, interval, after.questions, _verdict(name, interval))


def _rises(name: str, pairs: Sequence[Pair]) -> list[float]:
    """Return by how much a figure rose on each question that it was measured on."""
    return [after - before for before, after in _measured(name, pairs)]


def _measured(name: str, pairs: Iterable[Pair]) -> Iterator[tuple[float, float]]:
    """Yield what was measured of a figure before and after, where it was on both sides.

    A run file does not say what was asked back, so that some figures stand on one side alone.
    """
    for before, after in pairs:
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and new is not None:
            yield old, new


def _half_difference(right: NDArray[np.float64], wrong: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return the rise of the balanced accuracy of refusal, from those of what it is made of."""
    return np.asarray((right.mean(axis=axis) - wrong.mean(axis=axis)) / 2)


def _verdict(name: str, interval: Interval | None) -> Literal["better", "worse"] | None:
    if interval is None or interval[0] <= 0 <= interval[1]:
        return None
    return "better" if _is_better(name, interval[0]) else "worse"


def _is_better(name: str, rise: float) -> bool:
    return rise < 0 if name in LOWER_IS_BETTER else rise > 0


def _changed(pairs: Sequence[Pair], *, better: bool) -> tuple[Changed, ...]:
    changed = []
    for before, after in pairs:
        changes = tuple(
            change for change in _changes(before, after) if _is_better(change.figure, change.rise) == better
        )
        if changes:
            changed.append(Changed(after.id, after.question, after.kind, changes))
    return tuple(sorted(changed, key=lambda one: -max(abs(change.rise) for change in one.changes)))


def _changes(before: Measured, after: Measured) -> list[Change]:
    measured = ((name, *both) for name in MEANS for both in _measured(name, [(before, after)]))
    return [Change(name, old, new) for name, old, new in measured if old != new]
