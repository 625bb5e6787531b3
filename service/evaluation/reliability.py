"""Reliability: whether scores are the probabilities that they claim to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.estimate import Estimate, share
from service.evaluation.measurement import Measured

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions with scores from ``low`` on: their mean score, and the share of them that has an answer."""

    low: float
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins that hold questions, lowest scores first, of ``width`` each.

    ``error`` is the expected calibration error (Naeini et al. 2015): how far the share of answerable questions lies
    from their mean score, averaged over all questions.
    """

    bins: tuple[Bin, ...]
    error: float
    questions: int
    width: float = 1 / _BINS


def reliability(measured: Sequence[Measured]) -> Reliability | None:
    """Return how scores and answerable questions go together; None unless there are some of both kinds with a score."""
    scored = [(one.score, one.answerable) for one in measured if one.score is not None]
    if len({answerable for _, answerable in scored}) < 2:
        return None
    scores = np.asarray([score for score, _ in scored])
    answerable = np.asarray([float(can_be) for _, can_be in scored])
    place = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    bins = [
        Bin(i / _BINS, float(scores[place == i].mean()), share(answerable[place == i].tolist()))
        for i in range(_BINS)
        if (place == i).any()
    ]
    error = sum(abs(one.predicted - one.observed.value) * one.observed.questions for one in bins) / len(scored)
    return Reliability(tuple(bins), error, len(scored))
