import shutil

import numpy as np
import pytest

from content.archive import Archive
from content.centre import Centres
from content.manifest import CollectionState, Manifest
from content.snapshot import CENTRES, Snapshot
from ingest.pipeline import ingest
from ingest.sources import Source
from tests.fakes import HashingEmbedder, write_pages


def unit(shape, seed=0):
    vectors = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def state(first_row, passages):
    return CollectionState(pages=1, passages=passages, terms=0, first_row=first_row)


def of(vectors, collections):
    return Centres.of(vectors.__getitem__, collections)


def test_what_is_usual_is_the_mean_cosine_with_the_passages_of_the_collection():
    vectors, (question,) = unit((30, 8)), unit((1, 8), seed=1)
    centres = of(vectors, {"b": state(20, 10), "a": state(0, 20), "empty": state(30, 0)})
    cosines = vectors @ question
    usual = centres.usual(question, np.array([0, 19, 20, 29]))
    assert usual == pytest.approx([cosines[:20].mean()] * 2 + [cosines[20:].mean()] * 2, abs=1e-6)


def test_alike_is_the_root_of_the_mean_cosine_of_two_different_passages():
    vectors = unit((12, 4)) + 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = (vectors @ vectors.T)[~np.eye(12, dtype=bool)]
    centres = of(vectors, {"a": state(0, 12)})
    assert centres.alike_at(np.array([5])) == pytest.approx([np.sqrt(cosines.mean())], abs=1e-6)


@pytest.mark.parametrize(
    ("vectors", "alike"),
    [
        (np.eye(4, dtype=np.float32)[:1], 0),  # a single passage has no other
        (np.eye(4, dtype=np.float32)[[0, 0]], 1),
        (np.array([[1, 0], [-1, 0]], np.float32), 0),
    ],
)
def test_few_passages(vectors, alike):
    assert of(vectors, {"a": state(0, len(vectors))}).alike.tolist() == [alike]


def test_nothing_has_no_centre():
    assert of(np.empty((0, 4), np.float32), {}).usual(np.ones(4), np.empty(0, np.int64)).tolist() == []


@pytest.fixture
def two(tmp_path):
    for name in ("fruit", "tools"):
        write_pages(tmp_path / name, {f"{n}.md": f"# {name} {n}\n\nThe {name} number {n}.\n" for n in range(3)})
    sources = [Source(str(tmp_path / name), name) for name in ("tools", "fruit")]
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    return Archive(tmp_path / "var").open_current()


def test_a_snapshot_from_before_there_were_centres_takes_them_from_its_vectors(two, tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(two.folder, folder)
    (folder / CENTRES).unlink()
    old = Snapshot(folder, Manifest.read(folder))
    assert old.centres.vectors == pytest.approx(two.centres.vectors)
    assert old.centres.firsts.tolist() == two.centres.firsts.tolist()


def test_the_pages_of_one_collection_change_nothing_for_those_of_another(two, tmp_path):
    rows = np.asarray(two.manifest.collections["fruit"].rows)
    (question,) = HashingEmbedder().encode_questions(["fruit number 2"]).vectors
    alone = Archive(tmp_path / "alone")
    ingest(alone, [Source(str(tmp_path / "fruit"), "fruit")], HashingEmbedder())
    others = alone.open_current().centres
    assert two.centres.usual(question, rows) == pytest.approx(others.usual(question, rows - rows[0]))
    assert two.centres.alike_at(rows) == pytest.approx(others.alike_at(rows - rows[0]))
