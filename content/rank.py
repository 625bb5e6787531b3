"""Ranking: a few signals of how well a passage fits a question, joined into one score.

All signals are 0..1 and mean the same for every question, so their weighted sum does too: passages of different
questions can be compared, and a threshold on the score of the best one can tell whether there is an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from content.embedding import Vectors

# The weights were chosen, and the curve was fitted (tests/bench/calibrate.py), on the development halves of public
# question sets; tests/bench/RESULTS.md holds the figures.
_DENSE = 0.6
_LEXICAL = 0.4
_NAMES = 0.2
_ASKED = 0.1
_DEFINES = 0.05
SLOPE = 9.74
MIDDLE = 0.486


@dataclass(frozen=True, slots=True)
class Signals:
    """How the candidates fit the question, one value a passage.

    ``dense`` is the cosine of question and passage, ``lexical`` the normalised BM25 score, ``names`` how far the
    question speaks of what the passage's page is called, ``asked`` how far it is the question that the passage
    itself answers, ``defines`` 1 where the passage defines a term whose definition is asked for.
    """

    dense: Vectors
    lexical: Vectors
    names: Vectors
    asked: Vectors
    defines: Vectors


def relevance(signals: Signals) -> Vectors:
    """Return the candidates' scores, 0..1: the estimated probability that a passage answers the question."""
    fit = (
        _DENSE * signals.dense
        + _LEXICAL * signals.lexical
        + _NAMES * signals.names
        + _ASKED * signals.asked
        + _DEFINES * signals.defines
    )
    return np.asarray(1 / (1 + np.exp(-SLOPE * (fit - MIDDLE))), np.float32)


def overlap(question: Collection[str], name: Collection[str], weight: Callable[[str], float]) -> float:
    """Return how much of each other a question and a name say, 0..1.

    It is the share of the question's words that the name holds, times the share of the name's that the question
    holds; words are stems and count by ``weight``, their inverse document frequency.
    """
    common = sum(weight(stem) for stem in name if stem in question)
    if not common:
        return 0.0
    return common * common / (sum(map(weight, question)) * sum(map(weight, name)))


def coverage(question: Collection[str], text: Collection[str], weight: Callable[[str], float]) -> float:
    """Return the share of the question's words that a text holds, by their weight, 0..1."""
    total = sum(map(weight, question))
    return sum(weight(stem) for stem in question if stem in text) / total if total else 0.0


def near_duplicates(texts: Sequence[Collection[str]], threshold: float = 0.9) -> list[bool]:
    """Return for each text whether an earlier one holds nearly the same words.

    The measure is the Jaccard index (Broder, "On the resemblance and containment of documents", 1997).
    """
    kept: list[set[str]] = []
    repeated = []
    for text in texts:
        bag = set(text)
        same = any(len(bag & other) >= threshold * len(bag | other) for other in kept)
        repeated.append(same)
        if not same:
            kept.append(bag)
    return repeated
