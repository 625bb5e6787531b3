"""A measurement: how one question fared.

As in BEIR (Thakur et al. 2021) for retrieval and SQuAD (Rajpurkar et al. 2016, 2018) for answers.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.evaluation.query import QueryLine
from service.evaluation.run import Asked
from service.model import Outcome

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_ASIDE = {Outcome.CONVERSATION, Outcome.CLARIFY}
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a question fared, in shares of 0..1; None where it says nothing of a figure.

    ``relevant`` are the pages that should be found, none where that is not measured, and ``retrieved`` those that were,
    best first. ``score`` is that of the best passage. ``refusal_recall`` is 1 where a question without an answer was
    refused, ``over_refusal`` where one with an answer was, ``aside`` where it was taken for a courtesy or asked back.
    """

    id: str
    question: str
    kind: str | None
    answerable: bool
    relevant: frozenset[str]
    retrieved: tuple[str, ...]
    score: float | None
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    answer_contains: float | None
    answer_f1: float | None
    answer_words: int | None
    refusal_recall: float | None
    over_refusal: float | None
    aside: float | None


def measure(queries: Sequence[QueryLine], asked: Sequence[Asked]) -> list[Measured]:
    """Return how each question fared; one that is not in the run is left out."""
    by_id = {one.line.id: one for one in asked}
    return [_measured(query, by_id[query.id]) for query in queries if query.id in by_id]


def _measured(query: QueryLine, asked: Asked) -> Measured:
    line = asked.line
    said = "" if line.refused else line.answer or ""
    relevant = frozenset(query.relevant if query.answerable else ())
    golds = _golds(query)
    retrieved = tuple(dict.fromkeys(line.retrieved))
    return Measured(
        id=query.id,
        question=query.question,
        kind=query.kind,
        answerable=query.answerable,
        relevant=relevant,
        retrieved=retrieved,
        score=asked.score,
        recall_at_1=recall(relevant, retrieved, 1) if relevant else None,
        recall_at_5=recall(relevant, retrieved, 5) if relevant else None,
        recall_at_10=recall(relevant, retrieved, 10) if relevant else None,
        mrr_at_10=_reciprocal_rank(relevant, retrieved[:10]) if relevant else None,
        ndcg_at_10=_ndcg(relevant, retrieved[:10]) if relevant else None,
        answer_contains=max(_contains(said, gold) for gold in golds) if golds else None,
        answer_f1=max(_f1(said, gold) for gold in golds) if golds else None,
        answer_words=len(said.split()) if said else None,
        refusal_recall=None if query.answerable else float(line.refused),
        over_refusal=float(line.refused) if query.answerable else None,
        aside=None if asked.outcome is None else float(asked.outcome in _ASIDE),
    )


def _golds(query: QueryLine) -> list[str]:
    """Return the answers to hold what was said against; one that is all articles and punctuation does not count."""
    if not query.answerable or not query.answers:
        return []
    return [gold for gold in query.answers if _normal(gold)] or [""]


def recall(relevant: frozenset[str], retrieved: Sequence[str], depth: int) -> float:
    """Return the share of the relevant pages that is among the first ``depth`` retrieved."""
    return len(relevant.intersection(retrieved[:depth])) / len(relevant)


def _reciprocal_rank(relevant: frozenset[str], retrieved: Sequence[str]) -> float:
    ranks = (rank for rank, page_id in enumerate(retrieved, 1) if page_id in relevant)
    return 1 / next(ranks, float("inf"))


def _ndcg(relevant: frozenset[str], retrieved: Sequence[str]) -> float:
    gains = [1 / np.log2(i + 2) for i, page_id in enumerate(retrieved) if page_id in relevant]
    ideal = [1 / np.log2(i + 2) for i in range(min(10, len(relevant)))]
    return float(sum(gains) / sum(ideal))


def _normal(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _contains(said: str, gold: str) -> float:
    wanted = " ".join(_normal(gold))
    return float(bool(wanted) and f" {wanted} " in f" {' '.join(_normal(said))} ")


def _f1(said: str, gold: str) -> float:
    ours, theirs = _normal(said), _normal(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs))
