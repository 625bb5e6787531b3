"""Ranking: a few signals of how well a passage fits a question, joined into one score.

All signals mean the same for every question. Their weighted sum, the *fit*, orders the passages of a question: the
difference of two fits is the logarithm of how much likelier the one passage is to answer than the other. A second
weighted sum, of the best passage's fit, of its signals and of what the content at large is like, is the *confidence*:
the estimated probability that the content answers at all. Both are fitted on public question sets by
``python -m tests.bench.fit`` and kept in ``ranking.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors

_FILE = "ranking.json"
_OF_NAMES = frozenset({"title_words", "title_meaning", "term"})


@dataclass(frozen=True, slots=True)
class Signals:
    """How passages fit a question, float32 arrays with one value a passage, most of them 0..1.

    - ``meaning``: the cosine of question and passage
    - ``words``: the normalised BM25 score
    - ``tokens``: the late-interaction score; zeros where there are no token vectors
    - ``prose_tokens``: the same, as far as the pages that are searched are prose rather than entries of a glossary or
      an FAQ: what is told in sentences is matched word by word, what is named by a title by its meaning
    - ``title_words``: how far the question speaks of the title of the passage's page, word by word
    - ``title_meaning``: the cosine of question and title less its usual value, parted among the pages of that title
    - ``term``: how far the question speaks of the term that the page defines, by any of its names
    - ``known``: the share of the question's words that any passage of the content holds; the same for all
    - ``first``: 1 for the first passage of a page
    - ``asked``: how far the question is the one that the passage itself answers
    - ``defines``: 1 where the passage defines a term whose definition is asked for
    - ``usual``: the mean cosine of the question and the passages of the collection
    - ``alike``: how alike the passages of the collection are (content/centre.py)
    - ``prose``: the share of the pages that are searched that are prose; the same for all
    """

    meaning: Vectors
    words: Vectors
    tokens: Vectors
    prose_tokens: Vectors
    title_words: Vectors
    title_meaning: Vectors
    term: Vectors
    known: Vectors
    first: Vectors
    asked: Vectors
    defines: Vectors
    usual: Vectors
    alike: Vectors
    prose: Vectors

    def at(self, rows: Sequence[int] | np.ndarray) -> Signals:
        """Return the signals of some of the passages."""
        return Signals(*(getattr(self, field.name)[rows] for field in fields(self)))


SIGNALS = tuple(field.name for field in fields(Signals))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The fitted weights: of the fit by signal, and of the confidence by signal.

    ``of_fit`` is the weight that the fit has in the confidence, ``bias`` what is added to it.
    """

    fit: Mapping[str, float]
    confidence: Mapping[str, float]
    of_fit: float
    bias: float

    def fits(self, signals: Signals) -> Vectors:
        """Return the fit of each passage."""
        return _weighted(signals, self.fit)

    def confidences(self, signals: Signals) -> Vectors:
        """Return for each passage the probability that the content answers if it is the best there is."""
        return probability(_weighted(signals, self.confidence) + self.of_fit * self.fits(signals) + self.bias)


@cache
def ranking(with_tokens: bool, by_name: bool = True) -> Ranking:
    """Return the weights that ship, for passages with token vectors or without.

    Where a question describes what it does not name, the names of terms and pages count nothing, unless ``by_name``.
    """
    said = json.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    found = Ranking(**said["with_tokens" if with_tokens else "without_tokens"])
    if by_name:
        return found
    return replace(found, fit={name: weight for name, weight in found.fit.items() if name not in _OF_NAMES})


def scores(fits: Vectors, best: Vectors) -> Vectors:
    """Return the scores, 0..1, of passages in the order of their fits, best first.

    ``best``, shape (1,), is the confidence of the best passage, and its score. The odds of the others are as much
    smaller as their fits say.
    """
    if not len(fits):
        return fits
    odds = best / np.maximum(1 - best, np.float32(1e-6)) * np.exp(fits - fits[0])
    return np.asarray(odds / (1 + odds), np.float32)


def probability(log_odds: NDArray[np.floating]) -> Vectors:
    """Return the probabilities of log odds: the logistic function."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def log_odds(likely: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the log odds of probabilities: what ``probability`` is of."""
    likely = likely.astype(np.float64).clip(1e-30, 1 - 1e-6)  # what rounding made certain has no odds
    return np.asarray(np.log(likely / (1 - likely)))


def _weighted(signals: Signals, weights: Mapping[str, float]) -> Vectors:
    weighted = [weight * getattr(signals, name) for name, weight in weights.items()]
    return np.asarray(np.sum(weighted, axis=0), np.float32)


def overlap(question: Set[str], name: Set[str], weight: Callable[[str], float]) -> float:
    """Return how much of each other a question and a name say, 0..1.

    It is the share of the question's words that the name holds, times the share of the name's that the question
    holds; words are stems and count by ``weight``, their inverse document frequency.
    """
    common = sum(map(weight, question & name))
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
