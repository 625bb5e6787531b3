"""Recall by depth: the share of the relevant pages that is found among the first 1, 2, 3 and so on."""

from __future__ import annotations

from collections.abc import Sequence

from service.estimate import Estimate, mean
from service.evaluation.figures import by_kind
from service.evaluation.measurement import Measured, recall
from service.evaluation.run import DEPTH

_MOST_KINDS = 6  # more curves than these and the whole cannot be told apart


def recall_curves(measured: Sequence[Measured], earlier: Sequence[Measured] | None = None) -> dict[str, list[Estimate]]:
    """Return the recall at every depth from 1 to DEPTH by the name of what it is of.

    That is all questions and, beside them, the most frequent kinds; with an earlier run, the questions of both in each.
    Only what has questions with relevant pages is there.
    """
    if earlier is not None:
        both = {one.id for one in earlier}
        groups = {"this run": [one for one in measured if one.id in both], "before": earlier}
    else:
        kinds = by_kind([one for one in measured if one.relevant])
        most = sorted(kinds, key=lambda kind: -len(kinds[kind]))[:_MOST_KINDS]
        groups = {"all questions": measured} | ({kind: kinds[kind] for kind in most} if len(kinds) > 1 else {})
    curves = {name: _curve(group) for name, group in groups.items()}
    return {name: curve for name, curve in curves.items() if curve}


def _curve(measured: Sequence[Measured]) -> list[Estimate]:
    found = [one for one in measured if one.relevant]
    depths = range(1, DEPTH + 1) if found else ()
    return [mean([recall(one.relevant, one.retrieved, depth) for one in found]) for depth in depths]
