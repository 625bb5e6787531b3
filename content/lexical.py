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

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009): common values.
K1 = 1.5
B = 0.75
VOCABULARY = "vocab.index.json"


_BLOCK = 256  # scores


def highest(scores: Vectors, k: int) -> NDArray[np.int64]:
    """Return where the at most ``k`` highest of scores above 0 stand, in any order.

    Of long arrays only those are compared that reach the ``k``-th highest of all blocks' best scores: ``k`` surely do.
    """
    peaks = scores[: len(scores) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).max(axis=1)
    floor = np.partition(peaks, -k)[-k] if len(peaks) > k else 0
    held = np.flatnonzero(scores >= floor if floor > 0 else scores > 0)
    return held if len(held) <= k else held[np.argpartition(-scores[held], k)[:k]]


class LexicalIndex:
    """BM25 over stemmed words (Lu, "BM25S", arXiv:2407.03618), Lucene's variant."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._passages = int(index.scores["num_docs"])
        self._starts = index.scores["indptr"]

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Map a saved index into memory."""
        return cls(bm25s.BM25.load(str(folder), mmap=True, show_progress=False))

    def __len__(self) -> int:
        return self._passages

    def scores(self, stems: Sequence[str]) -> Vectors:
        """Return each passage's score for the question's stems, shape (passages,), 0..1.

        BM25 is divided by what a passage would reach that holds nothing but the question's words, the sum of their
        inverse document frequencies; words that no passage holds count in that sum. This makes scores comparable
        between questions.
        """
        known = [self._index.vocab_dict[stem] for stem in stems if stem in self]
        if not known:
            return np.zeros(self._passages, np.float32)
        scores = np.asarray(self._index.get_scores_from_ids(known), np.float32)
        scores /= sum(self.idf(stem) for stem in stems)
        return scores

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
