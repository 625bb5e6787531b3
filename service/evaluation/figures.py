"""Figures: the measurements of many questions summed up, for all of them and by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from service.estimate import Estimate, balanced_accuracy, mean, median
from service.evaluation.measurement import Measured
from service.evaluation.reliability import reliability

Figures = Mapping[str, Estimate]

FIGURES = (
    "recall_at_1", "recall_at_5", "recall_at_10", "mrr_at_10", "ndcg_at_10", "answer_contains", "answer_f1",
    "answer_words_median", "refusal_balanced_accuracy", "refusal_recall", "over_refusal", "aside", "calibration_error",
)  # fmt: skip
# Those that are the mean of what was measured under their name on each question.
MEANS = tuple(name for name in FIGURES if name in {field.name for field in fields(Measured)})
LOWER_IS_BETTER = frozenset({"over_refusal", "aside"})


def figures(measured: Sequence[Measured]) -> Figures:
    """Return the figures that these questions say something of, in the order of FIGURES."""
    found = {name: mean(values) for name in MEANS if (values := of(measured, name))}
    if words := of(measured, "answer_words"):
        found["answer_words_median"] = median(words)
    right, wrong = of(measured, "refusal_recall"), of(measured, "over_refusal")
    if right and wrong:
        found["refusal_balanced_accuracy"] = balanced_accuracy(right, wrong)
    if (curve := reliability(measured)) is not None:
        found["calibration_error"] = Estimate(curve.error, None, curve.questions)
    return {name: found[name] for name in FIGURES if name in found}


def of(measured: Sequence[Measured], name: str) -> list[float]:
    """Return what was measured of one figure."""
    return [value for one in measured if (value := getattr(one, name)) is not None]


def by_kind(measured: Sequence[Measured]) -> dict[str, list[Measured]]:
    """Return the questions that have a kind, by it, in the order of its first."""
    kinds: dict[str, list[Measured]] = {}
    for one in measured:
        if one.kind is not None:
            kinds.setdefault(one.kind, []).append(one)
    return kinds
