"""The lexical index: which passages share the question's words, and how rare each word is."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors
from content.index import Rows

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009): common values.
K1 = 1.5
B = 0.75
VOCABULARY = "vocab.index.json"

_BLOCK = 256  # scores
_FEW = 4096  # passages that are looked up in the postings of common words rather than those added up for all
_ROUNDING = 1e-4  # by which sums of scores may differ


def highest(scores: Vectors, k: int) -> Rows:
    """Return where the at most ``k`` highest of scores above 0 stand, in any order."""
    floor = _floor(scores, k)
    held = np.flatnonzero(scores >= floor if floor > 0 else scores > 0)
    return held if len(held) <= k else held[np.argpartition(-scores[held], k)[:k]]


def _floor(scores: Vectors, k: int) -> float:
    """Return what the ``k`` highest of long arrays reach at least: the ``k``-th highest of all blocks' best scores."""
    peaks = scores[: len(scores) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).max(axis=1)
    return float(np.partition(peaks, -k)[-k]) if len(peaks) > k else 0.0


class LexicalIndex:
    """BM25 over stemmed words (Lu, "BM25S", arXiv:2407.03618), Lucene's variant."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._passages = int(index.scores["num_docs"])
        self._starts = index.scores["indptr"]

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Map a saved index into memory."""
        index = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
        for name in ("data", "indices", "indptr"):  # plain arrays, as content.arraywriter maps them
            index.scores[name] = np.asarray(index.scores[name])
        return cls(index)

    def __len__(self) -> int:
        return self._passages

    def scores(self, stems: Sequence[str], rows: Rows) -> Vectors:
        """Return the scores of these passages for the question's stems, shape (rows,), 0..1.

        BM25 is divided by what a passage would reach that holds nothing but the question's words, the sum of their
        inverse document frequencies; words that no passage holds count in that sum. This makes scores comparable
        between questions.
        """
        found = self._sums(self._known(stems), rows)
        return found / np.float32(sum(self.idf(stem) for stem in stems)) if len(stems) else found

    def nearest(self, stems: Sequence[str], k: int, among: Sequence[range] | None = None) -> Rows:
        """Return the at most ``k`` passages with the highest scores above 0, in any order.

        ``among`` are the rows that may be found; None means all. Common words are not added up for all passages once
        those without the rare ones cannot be among the nearest any more (Turtle and Flood, "Query evaluation:
        strategies and optimizations", 1995).
        """
        parts = [range(self._passages)] if among is None else among
        sums = np.zeros(self._passages, np.float32)
        words = sorted(self._known(stems), key=self.idf, reverse=True)
        rest = sum(map(self.idf, words))  # what the words that were not added up yet can bring a passage at most
        for added, word in enumerate(words, 1):
            rows, scores = self._postings(word)
            np.add.at(sums, rows, scores)
            rest -= self.idf(word)
            floor = max((_floor(sums[part.start : part.stop], k) for part in parts), default=0.0) - rest - _ROUNDING
            if floor <= rest or added == len(words):
                continue
            held = _joined([np.flatnonzero(sums[part.start : part.stop] >= floor) + part.start for part in parts])
            if len(held) <= _FEW:
                return held[highest(sums[held] + self._sums(words[added:], held), k)]
        held = _joined([highest(sums[part.start : part.stop], k) + part.start for part in parts])
        return held[highest(sums[held], k)]

    def _known(self, stems: Sequence[str]) -> list[str]:
        return [stem for stem in stems if stem in self]

    def _postings(self, stem: str) -> tuple[NDArray[np.int32], Vectors]:
        """Return which passages hold a stem, in their order, and what it adds to the score of each."""
        token = self._index.vocab_dict[stem]
        span = slice(self._starts[token], self._starts[token + 1])
        return self._index.scores["indices"][span], self._index.scores["data"][span]

    def _sums(self, stems: Sequence[str], rows: Rows) -> Vectors:
        sums = np.zeros(len(rows), np.float32)
        for stem in stems:
            holding, scores = self._postings(stem)
            at = np.searchsorted(holding, rows.astype(holding.dtype)).clip(max=len(holding) - 1)
            sums += np.where(holding[at] == rows, scores[at], 0)
        return sums

    def __contains__(self, stem: str) -> bool:
        return stem in self._index.vocab_dict

    def known(self, stems: Collection[str]) -> float:
        """Return the share of these stems that any passage holds, 0..1."""
        return sum(stem in self for stem in stems) / len(stems) if stems else 0.0

    def idf(self, stem: str) -> float:
        """Return the inverse document frequency of a stem, the highest for one that no passage holds."""
        token = self._index.vocab_dict.get(stem)
        holding = 0 if token is None else int(self._starts[token + 1] - self._starts[token])
        return math.log(1 + (self._passages - holding + 0.5) / (holding + 0.5))


def _joined(parts: Sequence[Rows]) -> Rows:
    return np.concatenate([np.empty(0, np.int64), *parts])
