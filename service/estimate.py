"""An estimate: a figure of some questions, and between which values it would lie for all questions of their like.

The intervals are of 95 %. A share has the score interval (Wilson 1927), which holds for few questions and near 0 and 1;
a difference of two shares that of Newcombe (1998, method 10), made of theirs. Other means are resampled: the bootstrap
over questions, bias-corrected and accelerated (BCa, Efron 1987), since figures near 1 are lopsided; medians by plain
percentiles. It is seeded, so that the same measurements give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Interval = tuple[float, float]

CONFIDENCE = 0.95
_RESAMPLES = 10_000
_BATCH = 250  # resamples in memory at a time
_SEED = 20160610


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over so many questions; ``interval`` is None where they are too few or none can be given."""

    value: float
    interval: Interval | None
    questions: int


def share(values: Sequence[float]) -> Estimate:
    """Estimate a share from values that are 0 or 1."""
    from scipy.stats import binomtest  # importing it takes a second, which most commands need not wait for

    found = binomtest(round(sum(values)), len(values)).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(float(np.mean(values)), (float(found.low), float(found.high)), len(values))


def mean(values: Sequence[float]) -> Estimate:
    """Estimate a mean; where all values are 0 or 1 it is a share."""
    if all(value in (0, 1) for value in values):
        return share(values)
    return Estimate(float(np.mean(values)), resampled(np.mean, values), len(values))


def median(values: Sequence[float]) -> Estimate:
    """Estimate a median."""
    return Estimate(float(np.median(values)), resampled(np.median, values, method="percentile"), len(values))


def balanced_accuracy(right: Sequence[float], wrong: Sequence[float]) -> Estimate:
    """Estimate the balanced accuracy of a choice.

    ``right`` holds 1 for each case that should be chosen and was, ``wrong`` for each that should not and was.
    """
    chosen, mistaken = share(right), share(wrong)
    assert chosen.interval is not None
    assert mistaken.interval is not None
    difference = chosen.value - mistaken.value
    below = hypot(chosen.value - chosen.interval[0], mistaken.interval[1] - mistaken.value)
    above = hypot(chosen.interval[1] - chosen.value, mistaken.value - mistaken.interval[0])
    interval = ((1 + difference - below) / 2, (1 + difference + above) / 2)
    return Estimate((1 + difference) / 2, interval, chosen.questions + mistaken.questions)


def resampled(
    statistic: Callable[..., NDArray[np.float64]], *samples: ArrayLike, method: Literal["BCa", "percentile"] = "BCa"
) -> Interval | None:
    """Return the bootstrap's interval of a statistic of samples that are drawn each for itself.

    The statistic takes the samples and an ``axis``. None where a sample has fewer than two values; where all values of
    each are alike, so are all that could be drawn.
    """
    from scipy.stats import bootstrap

    arrays = [np.asarray(sample, np.float64) for sample in samples]
    if any(len(array) < 2 for array in arrays):
        return None
    if all(np.ptp(array) == 0 for array in arrays):
        value = float(statistic(*arrays, axis=0))
        return value, value
    found = bootstrap(
        arrays, statistic, vectorized=True, n_resamples=_RESAMPLES, batch=_BATCH, method=method,
        confidence_level=CONFIDENCE, rng=np.random.default_rng(_SEED),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)
