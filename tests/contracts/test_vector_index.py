"""What every vector index does, held against exact search with NumPy."""

import os

import faiss
import numpy as np
import pytest

from content.index import FlatIndex, FlatWriter, Former, ListIndex, open_index, write_lists
from content.milvus import Milvus

SERVER = os.environ.get("GLOSSATOR_TEST_MILVUS")  # read before the settings of tests are cleared
RNG = np.random.default_rng(7)


def unit(count: int, dimension: int = 24) -> np.ndarray:
    vectors = RNG.standard_normal((count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit(500)


def written(folder, vectors):
    folder.mkdir(exist_ok=True)
    writer = FlatWriter(folder)
    for some in np.array_split(vectors, 3):
        writer.add(some)
    return writer.finish()


def flat(tmp_path):
    written(tmp_path, VECTORS)
    index = open_index(tmp_path)
    assert isinstance(index, FlatIndex)
    return index


def listed(tmp_path):
    # All lists are searched, so that what is found is all that there is.
    return ListIndex.build(VECTORS, flat(tmp_path), lists=8, probes=8)


def opened_lists(tmp_path):
    listed(tmp_path).save(tmp_path / "lists")
    return ListIndex.open(flat(tmp_path), tmp_path / "lists")


def in_milvus(tmp_path):
    pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed: pip install milvus-lite")
    np.save(tmp_path / "vectors.npy", VECTORS)
    # GLOSSATOR_TEST_MILVUS: the address of a real server to hold to the contract in Milvus Lite's place.
    milvus = Milvus(SERVER or str(tmp_path / "milvus.db"), "contract")
    milvus.keep([])
    return milvus.open(milvus.write("1", VECTORS), tmp_path / "vectors.npy")


@pytest.fixture(params=[flat, listed, opened_lists, pytest.param(in_milvus, marks=pytest.mark.far)])
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
    assert write_lists(tmp_path, written(tmp_path, VECTORS)) is None
    assert isinstance(open_index(tmp_path), FlatIndex)


def test_the_file_is_as_faiss_writes_it(tmp_path):
    held = written(tmp_path, VECTORS)
    assert (held == VECTORS).all()
    index = faiss.IndexFlatIP(VECTORS.shape[1])
    index.add(VECTORS)
    faiss.write_index(index, str(tmp_path / "whole"))
    assert (tmp_path / "vectors.faiss").read_bytes() == (tmp_path / "whole").read_bytes()


def around(centres, count):
    """Vectors of which as many lie around each centre."""
    vectors = np.repeat(centres, count // len(centres), axis=0) + 0.5 * unit(count, centres.shape[1])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_of_many_vectors_nearly_all_of_the_nearest_are_found(tmp_path):
    vectors = around(unit(40), 4000)
    state = write_lists(tmp_path, written(tmp_path, vectors), exact_up_to=1000)
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


def listing(folder, vectors, before=None):
    """Write the index of vectors after another, and return it with whether it has that one's centres."""
    state = write_lists(folder, written(folder, vectors), before, exact_up_to=1000)
    index = open_index(folder)
    same = before is not None and np.array_equal(index.centres, before.index.centres)
    return Former(index, state), same


def test_centres_are_taken_over_while_they_do_as_well(tmp_path):
    topics = unit(40)
    first, _ = listing(tmp_path / "first", around(topics, 4000))
    more, same = listing(tmp_path / "more", around(topics, 4400), first)
    assert same
    assert more.state.recall >= 0.95
    assert more.state.probes <= first.state.probes
    assert len(more.index) == 4400


@pytest.mark.parametrize("count", [2800, 5600])
def test_centres_are_learned_anew_when_the_number_of_passages_is_another(tmp_path, count):
    topics = unit(40)
    first, _ = listing(tmp_path / "first", around(topics, 4000))
    other, same = listing(tmp_path / "other", around(topics, count), first)
    assert not same
    assert other.state.lists == round(4 * count**0.5)


def test_centres_are_learned_anew_where_they_do_worse(tmp_path):
    first, _ = listing(tmp_path / "first", around(unit(40), 4000))
    other, same = listing(tmp_path / "other", around(unit(10), 4000), first)
    assert not same
    assert other.state.recall >= 0.95


def test_centres_are_learned_anew_where_vectors_have_another_length(tmp_path):
    first, _ = listing(tmp_path / "first", around(unit(40), 4000))
    _, same = listing(tmp_path / "other", around(unit(40, 32), 4000), first)
    assert not same
