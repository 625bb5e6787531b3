"""The centre of a collection: the mean of its passages' vectors, by which scores mean the same in all collections.

In a collection whose passages are all alike a question that has no answer is near to many of them, and in one of many
subjects to none. A question's inner product with the centre is its mean cosine with the passages; the squared length of
the centre is the mean cosine of two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from content.arraywriter import blocks
from content.embedding import Vectors
from content.index import Rows
from content.manifest import CollectionState

_PASSAGES = 8192  # of which the vectors are read at a time


@dataclass(frozen=True, slots=True)
class Centres:
    """The centres of collections in the order of their rows: ``vectors`` (collections, dimension).

    ``firsts`` are their first rows, and ``alike`` says how alike the passages of each are, 0..1: the root of the mean
    cosine of two different ones.
    """

    vectors: Vectors
    firsts: Rows
    alike: Vectors

    @classmethod
    def of(cls, vectors: Callable[[Rows], Vectors], collections: Mapping[str, CollectionState]) -> Centres:
        """Read all vectors: once when they are written, and for snapshots from before there were centres."""
        return cls._told_by(np.array([_mean(vectors, state.rows) for state in _in_order(collections)]), collections)

    @classmethod
    def open(cls, path: Path, collections: Mapping[str, CollectionState]) -> Centres:
        """Read the centres of these collections from a file."""
        return cls._told_by(np.load(path), collections)

    @classmethod
    def _told_by(cls, vectors: Vectors, collections: Mapping[str, CollectionState]) -> Centres:
        states = _in_order(collections)
        counts = np.array([state.passages for state in states], np.float64)
        # Less the cosines of passages with themselves. A single one has no other: it is taken for alike to none.
        lengths = np.square(vectors, dtype=np.float64).sum(axis=-1)
        others = (lengths * counts - 1) / np.maximum(counts - 1, 1)
        firsts = np.array([state.first_row for state in states], np.int64)
        return cls(vectors, firsts, np.sqrt(others.clip(0, 1)).astype(np.float32))

    def save(self, path: Path) -> None:
        """Write the file that ``open`` reads."""
        np.save(path, self.vectors)

    def usual(self, question: Vectors, rows: Rows) -> Vectors:
        """Return the question's mean cosine with the passages of the collection of each of these rows."""
        if not len(self.firsts):
            return np.zeros(len(rows), np.float32)
        return np.asarray((self.vectors @ question)[self._collections(rows)], np.float32)

    def alike_at(self, rows: Rows) -> Vectors:
        """Return how alike the passages of the collection of each of these rows are."""
        return np.asarray(self.alike[self._collections(rows)], np.float32)

    def _collections(self, rows: Rows) -> Rows:
        return np.searchsorted(self.firsts, rows, side="right") - 1


def _in_order(collections: Mapping[str, CollectionState]) -> list[CollectionState]:
    """Return the collections that hold passages, in the order of their rows."""
    return sorted((state for state in collections.values() if state.passages), key=lambda state: state.first_row)


def _mean(vectors: Callable[[Rows], Vectors], rows: range) -> Vectors:
    sums = [vectors(np.asarray(block)).sum(axis=0, dtype=np.float64) for block in blocks(rows, _PASSAGES)]
    return np.asarray(np.sum(sums, axis=0) / len(rows), np.float32)
