"""What every vector index does, held against exact search with NumPy."""

import numpy as np
import pytest

from content.index import FlatIndex

RNG = np.random.default_rng(7)


def unit(count: int, dimension: int = 24) -> np.ndarray:
    vectors = RNG.standard_normal((count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit(500)


def built(tmp_path):
    return FlatIndex.build(VECTORS)


def opened(tmp_path):
    FlatIndex.build(VECTORS).save(tmp_path / "vectors")
    return FlatIndex.open(tmp_path / "vectors")


@pytest.fixture(params=[built, opened])
def index(request, tmp_path):
    return request.param(tmp_path)


def exact(vector: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
    return rows[np.argsort(-(VECTORS[rows] @ vector), kind="stable")[:k]]


@pytest.mark.parametrize("k", [1, 10, 500, 900])
def test_finds_what_exact_search_finds(index, k):
    for vector in unit(20):
        rows, scores = index.search(vector, k)
        assert rows.tolist() == exact(vector, k, np.arange(500)).tolist()
        assert scores == pytest.approx(VECTORS[rows] @ vector, abs=1e-5)


@pytest.mark.parametrize("among", [[range(10, 20)], [range(5), range(400, 420), range(450, 451)]])
def test_finds_only_what_it_may(index, among):
    allowed = np.concatenate([np.asarray(rows) for rows in among])
    for vector in unit(20):
        rows, _ = index.search(vector, 8, among)
        assert rows.tolist() == exact(vector, 8, allowed).tolist()


def test_nothing_may_be_found(index):
    rows, scores = index.search(VECTORS[0], 5, [range(3, 3)])
    assert len(rows) == len(scores) == 0


def test_gives_vectors_back(index):
    rows = np.array([4, 0, 499])
    assert index.vectors(rows) == pytest.approx(VECTORS[rows])
    assert index.vectors(np.empty(0, np.int64)).shape == (0, 24)


def test_higher_is_nearer(index):
    _, scores = index.search(VECTORS[3], 500)
    assert (np.diff(scores) <= 1e-6).all()
    assert scores[0] == pytest.approx(1, abs=1e-5)
