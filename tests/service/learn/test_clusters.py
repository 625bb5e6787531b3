import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from content.embedding import unit
from service.learn.clusters import average_linked

_TIGHT = 0.6


def _cloud(seed: int, centres: int, each: int, spread: float, dimension: int = 24) -> np.ndarray:
    random = np.random.default_rng(seed)
    middles = unit(random.standard_normal((centres, dimension)).astype(np.float32))
    around = unit(random.standard_normal((centres * each, dimension)).astype(np.float32)) * spread
    return unit(np.repeat(middles, each, axis=0) + around)


def _partition(labels) -> set[frozenset[int]]:
    labels = np.asarray(labels)
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 8), st.floats(0.1, 1.5))
def test_what_remains_lies_apart_and_what_is_together_belongs_together(seed, centres, each, spread):
    vectors = _cloud(seed, centres, each, spread)
    labels = average_linked(vectors, _TIGHT)
    means = np.stack([vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    likeness = means @ means.T
    assert (likeness[~np.eye(len(means), dtype=bool)] < _TIGHT + 1e-5).all()
    for label, mean in enumerate(means):
        members = vectors[labels == label]
        assert (members @ mean > 0).all()
        assert len(members) == 1 or np.linalg.norm(mean) > 0.5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 8), st.floats(0.1, 1.5))
def test_the_order_of_the_vectors_does_not_matter(seed, centres, each, spread):
    vectors = _cloud(seed, centres, each, spread)
    order = np.random.default_rng(seed).permutation(len(vectors))
    mixed = average_linked(vectors[order], _TIGHT)
    straight = np.empty_like(mixed)
    straight[order] = mixed
    assert _partition(average_linked(vectors, _TIGHT)) == _partition(straight)


def test_clear_groups_are_those_of_hierarchical_clustering():
    vectors = _cloud(3, 40, 12, 0.5, dimension=128)
    expected = fcluster(linkage(vectors, "average", metric="cosine"), 1 - _TIGHT, "distance")
    assert _partition(average_linked(vectors, _TIGHT)) == _partition(expected)


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_vectors_that_come_bit_by_bit_end_where_all_at_once_do(batch):
    vectors = _cloud(5, 20, 10, 0.5, dimension=128)
    vectors = vectors[np.random.default_rng(5).permutation(len(vectors))]
    labels = np.empty(0, np.int64)
    for end in range(batch, len(vectors) + batch, batch):
        new = np.full(len(vectors[:end]) - len(labels), -1)
        labels = average_linked(vectors[:end], _TIGHT, np.concatenate([labels, new]))
    assert _partition(labels) == _partition(average_linked(vectors, _TIGHT))


def test_what_was_together_stays_together_and_a_bridge_joins_two():
    angles = np.deg2rad([0, 60, 30])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    apart = average_linked(vectors[:2], 0.65)
    assert apart.tolist() == [0, 1]
    assert average_linked(vectors, 0.65, np.array([0, 1, -1])).tolist() == [0, 0, 0]
    assert average_linked(vectors[:2], 0.65, np.array([4, 4])).tolist() == [0, 0]


def test_equal_vectors_are_one_cluster_and_nothing_is_none():
    vectors = np.repeat(unit(np.ones((1, 8), np.float32)), 50, axis=0)
    assert average_linked(vectors, 0.9).tolist() == [0] * 50
    assert average_linked(vectors[:1], 0.9).tolist() == [0]
    assert average_linked(vectors[:0], 0.9).tolist() == []
