"""Clusters: vectors that lie near each other, by average linkage.

The mean of all similarities between two clusters is the inner product of their mean vectors. So a cluster is known by
the sum of its vectors and their number, its neighbours are found by FAISS, and a vector that comes later joins by the
rule by which all others did. Clusters that are each other's nearest are merged all at once, which gives the same tree as
merging one pair after the other (reciprocal agglomerative clustering, Sumengen et al., "Scaling Hierarchical
Agglomerative Clustering to Billion-sized Datasets", arXiv:2105.11653), in memory that grows with the vectors alone.
"""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors

Labels = NDArray[np.int64]

# What the nearest of a row may be, beside the number of another row.
_UNKNOWN = -1  # to be searched for
_FAR = -2  # none is near enough, and none can come to be
_APART = -3  # none is near enough among the rows that are apart from the beginning; a newer one may be


def average_linked(vectors: Vectors, threshold: float, clusters: Labels | None = None) -> Labels:
    """Return the cluster of each vector, numbered from 0 in the order of their first vectors.

    Two clusters are merged while the mean of their similarities (inner products) is ``threshold`` or more, the nearest
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
        pairs = _pairs(alive, nearest, likeness)
        if len(pairs) == 0:
            break
        kept, gone = pairs.T
        sums[kept] += sums[gone]
        sizes[kept] += sizes[gone]
        into[gone] = kept
        alive = np.setdiff1d(alive, gone, assume_unique=True)
        changed = np.zeros(len(sums), bool)
        changed[pairs] = True
        linked = alive[nearest[alive] >= 0]
        nearest[linked[changed[nearest[linked]]]] = _UNKNOWN
        nearest[kept] = _UNKNOWN
    while (into != into[into]).any():
        into = into[into]
    return into


def _search(
    sums: Vectors, sizes: Labels, alive: Labels, nearest: Labels, likeness: Vectors, threshold: float
) -> None:
    """Find the nearest of every row that needs one, and of the rows so found that were apart."""
    means = sums[alive] / sizes[alive, None].astype(np.float32)
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


def _pairs(alive: Labels, nearest: Labels, likeness: Vectors) -> Labels:
    """Return the pairs to merge, shape (pairs, 2): those that are each other's nearest, the lower row first.

    Where ties leave none, it is the nearest pair of all.
    """
    linked = alive[nearest[alive] >= 0]
    mutual = linked[(nearest[nearest[linked]] == linked) & (linked < nearest[linked])]
    if len(mutual) == 0 and len(linked):
        mutual = linked[[likeness[linked].argmax()]]
    return np.sort(np.stack([mutual, nearest[mutual]], axis=1), axis=1)


def _in_order(labels: Labels) -> Labels:
    """Return labels numbered by the place at which each comes first."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[first.argsort()] = np.arange(len(first))
    return np.asarray(rank[inverse], np.int64)
