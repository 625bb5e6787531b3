"""Clusters: vectors that lie near each other, by average linkage.

The mean of all similarities between two clusters is the inner product of their mean vectors. So a cluster is known by
the sum of its vectors and their number, its neighbours are found by FAISS, and a vector that comes later joins by the
rule by which all others did. As in Monath et al., "Scalable Hierarchical Agglomerative Clustering" (KDD 2021,
arXiv:2010.11821), all clusters that are about as near as the nearest two are merged at once, each with its nearest:
memory grows with the vectors alone, and the order in which vectors come does not matter.
"""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from content.embedding import Vectors

Labels = NDArray[np.int64]

# Clusters whose similarity is at most so far below that of the nearest two are merged in the same round.
_STEP = 0.02

# What the nearest of a row may be, beside the number of another row.
_UNKNOWN = -1  # to be searched for
_FAR = -2  # none is near enough, and none can come to be
_APART = -3  # none is near enough among the rows that are apart from the beginning; a newer one may be


def average_linked(vectors: Vectors, threshold: float, clusters: Labels | None = None) -> Labels:
    """Return the cluster of each vector, numbered from 0 in the order of their first vectors.

    Clusters are merged while the mean of the similarities (inner products) of two is ``threshold`` or more, the nearest
    first. ``clusters`` are those of an earlier call with the same threshold, a number for each vector and -1 for those
    that came since: these join what is there, found clusters of their own, or make one of two; what was together stays.
    """
    if len(vectors) == 0:
        return np.empty(0, np.int64)
    started = np.full(len(vectors), -1, np.int64) if clusters is None else clusters
    labels = _starting(started)
    sums = np.zeros((labels.max() + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, labels, vectors)
    nearest = np.full(len(sums), _UNKNOWN, np.int64)
    nearest[labels[started >= 0]] = _APART
    merged = _merged(sums, np.bincount(labels), nearest, threshold)
    return _in_order(merged[labels])


def _starting(clusters: Labels) -> Labels:
    """Return what to begin with: the clusters that there are, and one for each vector that is in none."""
    single = clusters < 0
    apart = np.where(single, clusters.max(initial=-1) + 1 + np.cumsum(single), clusters)
    return np.unique(apart, return_inverse=True)[1].astype(np.int64)


def _merged(sums: Vectors, sizes: Labels, nearest: Labels, threshold: float) -> Labels:
    """Return the cluster that each row ends in. Works on its arguments: a merged row adds up in the first of both."""
    into = np.arange(len(sums))
    likeness = np.full(len(sums), -np.inf, np.float32)
    alive = np.arange(len(sums))
    while True:
        _search(sums, sizes, alive, nearest, likeness, threshold)
        alive = alive[nearest[alive] != _FAR]
        linked = alive[nearest[alive] >= 0]
        if len(linked) == 0:
            return into
        linked = linked[likeness[linked] >= likeness[linked].max() - _STEP]
        first = _joined(linked, nearest[linked], len(sums))
        gone = np.flatnonzero(first != np.arange(len(sums)))
        np.add.at(sums, first[gone], sums[gone])
        np.add.at(sizes, first[gone], sizes[gone])
        into = first[into]
        changed = np.zeros(len(sums), bool)
        changed[gone] = changed[first[gone]] = True
        alive = np.setdiff1d(alive, gone, assume_unique=True)
        nearest[alive[changed[alive] | ((nearest[alive] >= 0) & changed[nearest[alive]])]] = _UNKNOWN


def _search(
    sums: Vectors, sizes: Labels, alive: Labels, nearest: Labels, likeness: Vectors, threshold: float
) -> None:
    """Find the nearest of every row that needs one, and of the rows so found that were apart."""
    means: Vectors = np.divide(sums[alive], sizes[alive, None], dtype=np.float32)
    while True:
        asked = np.flatnonzero(nearest[alive] == _UNKNOWN)
        if len(asked) == 0:
            return
        found, best = _neighbours(means, asked)
        near = best >= threshold
        nearest[alive[asked]] = np.where(near, alive[found], _FAR)
        likeness[alive[asked]] = best
        targets = alive[found[near]]
        nearest[targets[nearest[targets] == _APART]] = _UNKNOWN


def _neighbours(means: Vectors, asked: Labels) -> tuple[Labels, Vectors]:
    """Return which other row is nearest to each of the rows asked for, and how near it is."""
    if len(means) == 1:
        return np.zeros(1, np.int64), np.full(1, -np.inf, np.float32)
    scores, rows = faiss.knn(means[asked], means, 2, metric=faiss.METRIC_INNER_PRODUCT)
    # Of the two nearest one may be the row itself, though not always the first: the mean of a cluster is short.
    other = (rows[:, 0] == asked).astype(np.int64)
    at = np.arange(len(asked))
    return rows[at, other], scores[at, other]


def _joined(rows: Labels, others: Labels, count: int) -> Labels:
    """Return for each of ``count`` rows the lowest that it is joined with, by any way over these pairs."""
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
