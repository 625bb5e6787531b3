"""Clusters: vectors that lie near each other, by average linkage.

The mean of all similarities between two clusters is the inner product of their mean vectors. So a cluster is known by
the sum of its vectors and their number, its neighbours are found by FAISS, and a vector that comes later joins by the
rule by which all others did. As in Monath et al., "Scalable Hierarchical Agglomerative Clustering" (KDD 2021,
arXiv:2010.11821), all clusters that are about as near as the nearest two are merged at once, each with its nearest:
memory grows with the vectors alone, and the order in which vectors come does not matter.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors

Labels = NDArray[np.int64]

# Clusters whose similarity is at most so far below that of the nearest two are merged in the same round.
_STEP = 0.02

# Up to so many comparisons all clusters are compared with each other, which takes some seconds. Beyond, they are sorted
# into cells, and each is compared with those of the cells nearest to it: with few others, so nearly all neighbours are
# found (tests/bench/RESULTS.md).
_EXACT = 25_000**2
_CELLS = 4  # times the square root of the number of vectors, as FAISS advises
_PROBED = 8  # cells

# What the nearest of a cluster may be, beside the number of another.
_UNKNOWN = -1  # to be searched for
_FAR = -2  # none is near enough, and merging others brings none nearer
_APART = -3  # none was near enough among those that there were at the beginning; one of the new ones may be


def average_linked(vectors: Vectors, threshold: float, clusters: Labels | None = None) -> Labels:
    """Return the cluster of each vector, numbered from 0 in the order of their first vectors.

    Clusters are merged while the mean of the similarities (inner products) of two is ``threshold`` or more, the nearest
    first. ``clusters`` are those of an earlier call with the same threshold, a number for each vector and -1 for those
    that came since: these join what is there, found clusters of their own, or make one of two; what was together stays.
    """
    if len(vectors) == 0:
        return np.empty(0, np.int64)
    given = np.full(len(vectors), -1, np.int64) if clusters is None else clusters
    new = given < 0
    alone = np.where(new, given.max(initial=-1) + 1 + np.cumsum(new), given)
    _, started = np.unique(alone, return_inverse=True)
    merging = _Merging(vectors, threshold, started, apart=started[~new])
    while merging.search():
        merging.merge()
    return _in_order(merging.into[started])


class _Merging:
    """Clusters while they are merged: ``into`` is what each of them at the beginning is part of by now.

    A cluster made of several goes on under the lowest of their numbers.
    """

    def __init__(self, vectors: Vectors, threshold: float, started: Labels, apart: Labels) -> None:
        self._threshold = threshold
        self._sizes = np.bincount(started)
        count = len(self._sizes)
        self._sums = np.zeros((count, vectors.shape[1]), np.float32)
        np.add.at(self._sums, started, vectors)
        self._alive = np.arange(count)
        self._nearest = np.full(count, _UNKNOWN, np.int64)
        self._nearest[apart] = _APART
        self._near = np.zeros(count, np.float32)  # how near the nearest is
        self._next = np.zeros(count, np.float32)  # how near any other is at most
        self._index = _index(self._means(self._alive), searches=int((self._nearest == _UNKNOWN).sum()))
        self.into = np.arange(count)

    def search(self) -> bool:
        """Find the nearest of all clusters of which it is not known. Return whether any is near enough."""
        while len(rows := self._alive[self._nearest[self._alive] == _UNKNOWN]):
            found, self._near[rows], self._next[rows] = self._neighbours(rows)
            near = self._near[rows] >= self._threshold
            self._nearest[rows] = np.where(near, found, _FAR)
            targets = self._nearest[rows[near]]
            self._nearest[targets[self._nearest[targets] == _APART]] = _UNKNOWN
        far = self._nearest[self._alive] == _FAR
        self._index.remove_ids(self._alive[far])
        self._alive = self._alive[~far]
        return bool((self._nearest[self._alive] >= 0).any())

    def merge(self) -> None:
        """Merge the nearest."""
        linked = self._alive[self._nearest[self._alive] >= 0]
        linked = linked[self._near[linked] >= self._near[linked].max() - _STEP]
        first = _joined(linked, self._nearest[linked], len(self.into))
        gone = np.flatnonzero(first != np.arange(len(first)))
        np.add.at(self._sums, first[gone], self._sums[gone])
        np.add.at(self._sizes, first[gone], self._sizes[gone])
        self.into = first[self.into]
        self._alive = np.setdiff1d(self._alive, gone, assume_unique=True)
        grown = np.zeros(len(first), bool)
        grown[first[gone]] = True
        made = np.flatnonzero(grown)
        self._index.remove_ids(np.concatenate([gone, made]))
        self._index.add_with_ids(self._means(made), made)
        self._follow(first, grown)

    def _follow(self, first: Labels, grown: NDArray[np.bool_]) -> None:
        """Say what is nearest after a merge, where that is known without a search.

        A merged cluster is no nearer to another than the nearest of its parts was. So if it is still as near as any
        other was at most, it is still the nearest.
        """
        self._nearest[grown] = _UNKNOWN
        linked = self._alive[self._nearest[self._alive] >= 0]
        target = first[self._nearest[linked]]
        moved = grown[target]
        linked, target = linked[moved], target[moved]
        near = np.einsum("ij,ij->i", self._means(linked), self._means(target))
        self._near[linked] = near
        still = (near >= self._next[linked]) & (near >= self._threshold)
        self._nearest[linked] = np.where(still, target, _UNKNOWN)

    def _neighbours(self, rows: Labels) -> tuple[Labels, Vectors, Vectors]:
        """Return which other cluster is nearest to each of these, how near it is, and how near the next one is."""
        scores, found = self._index.search(self._means(rows), 3)
        # The cluster itself is mostly among them, though not always as the first: the mean of a cluster is short.
        scores = np.where(found == rows[:, None], -np.inf, scores)
        order = np.argsort(-scores, axis=1, kind="stable")
        found, scores = np.take_along_axis(found, order, 1), np.take_along_axis(scores, order, 1)
        return found[:, 0], scores[:, 0], scores[:, 1]

    def _means(self, rows: Labels) -> Vectors:
        return np.asarray(self._sums[rows] / self._sizes[rows, None].astype(np.float32), np.float32)


def _index(means: Vectors, searches: int) -> Any:
    """Return a FAISS index of the clusters by their numbers."""
    cells = int(_CELLS * len(means) ** 0.5)
    kind = "IDMap,Flat" if searches * len(means) <= _EXACT else f"IVF{cells},Flat"
    index = faiss.index_factory(means.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    if not index.is_trained:
        faiss.extract_index_ivf(index).nprobe = _PROBED
        index.train(means)
    index.add_with_ids(means, np.arange(len(means)))
    return index


def _joined(rows: Labels, others: Labels, count: int) -> Labels:
    """Return for each of ``count`` rows the lowest that it is joined with, by any way over these pairs."""
    from scipy.sparse import coo_array  # an eighth of a second, which a start need not wait for
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(rows), bool), (rows, others)), shape=(count, count))
    _, labels = connected_components(edges, directed=False)
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels], np.int64)


def _in_order(labels: Labels) -> Labels:
    """Return labels numbered by the place at which each comes first."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[first.argsort()] = np.arange(len(first))
    return np.asarray(rank[inverse], np.int64)
