"""What every vector index does, held against exact search with NumPy."""

import os

import numpy as np
import pytest

from content.index import FlatIndex, ListIndex, open_index, write_index
from content.milvus import Milvus

SERVER = os.environ.get("GLOSSATOR_TEST_MILVUS")  # read before the settings of tests are cleared
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


def listed(tmp_path):
    # All lists are searched, so that what is found is all that there is.
    return ListIndex.build(VECTORS, FlatIndex.build(VECTORS), lists=8, probes=8)


def opened_lists(tmp_path):
    flat = FlatIndex.build(VECTORS)
    ListIndex.build(VECTORS, flat, lists=8, probes=8).save(tmp_path / "lists")
    return ListIndex.open(flat, tmp_path / "lists")


def in_milvus(tmp_path):
    pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed: pip install milvus-lite")
    np.save(tmp_path / "vectors.npy", VECTORS)
    # GLOSSATOR_TEST_MILVUS: the address of a real server to hold to the contract in Milvus Lite's place.
    milvus = Milvus(SERVER or str(tmp_path / "milvus.db"), "contract")
    milvus.keep([])
    return milvus.open(milvus.write("1", VECTORS), tmp_path / "vectors.npy")


@pytest.fixture(params=[built, opened, listed, opened_lists, pytest.param(in_milvus, marks=pytest.mark.far)])
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


def test_few_vectors_are_compared_one_and_all(tmp_path):
    assert write_index(tmp_path, VECTORS) is None
    assert isinstance(open_index(tmp_path), FlatIndex)


def test_of_many_vectors_nearly_all_of_the_nearest_are_found(tmp_path):
    centres = unit(40)
    vectors = np.repeat(centres, 100, axis=0) + 0.5 * unit(4000)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    state = write_index(tmp_path, vectors, exact_up_to=1000)
    assert state is not None
    assert state.recall >= 0.95
    assert state.probes < state.lists
    index = open_index(tmp_path)
    assert isinstance(index, ListIndex)
    shares = []
    for vector in vectors[::97]:
        nearest = np.argsort(-(vectors @ vector))[:20]
        shares.append(len(set(index.search(vector, 20)[0].tolist()) & set(nearest.tolist())) / 20)
    assert np.mean(shares) >= 0.9
