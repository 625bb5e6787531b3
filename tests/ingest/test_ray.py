"""The snapshot that Ray makes is the one that this process makes."""

from __future__ import annotations

import os
import signal
import sqlite3
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from content.archive import Archive
from content.search import search
from content.snapshot import Snapshot
from ingest.pipeline import ingest
from ingest.ray import RayEngine
from ingest.report import Report
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, write_pages

pytestmark = [
    pytest.mark.far,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'glossator[ray]'"),
    # What Ray's own code leaves open, and that NumPy is older than it expects, is not ours to mend.
    pytest.mark.filterwarnings("default"),
]

PAGES = Path(__file__).parents[2] / "content" / "pages"
TABLES = ("page", "passage", "place", "address", "link", "anchors", "term")
QUESTIONS = (
    "what is attention?",
    "who introduced BERT",
    "difference of precision and recall",
    "how do I allow an origin",
)


@pytest.fixture(scope="module", autouse=True)
def _ends():
    yield
    import ray

    ray.shutdown()


def ingested(
    data_dir: Path, folder: Path, engine: RayEngine | None, embedder=HashingEmbedder
) -> tuple[Report, Snapshot]:
    archive = Archive(data_dir)
    report = ingest(archive, [Source(str(folder))], embedder(), engine=engine)
    return report, archive.open_current()


def assert_equal(one: Snapshot, other: Snapshot) -> None:
    assert one.manifest.collections == other.manifest.collections
    assert one.page_ids == other.page_ids
    for table in TABLES:
        assert rows(one, table) == rows(other, table), table
    every = np.arange(one.manifest.passages)
    assert one.vectors.vectors(every) == pytest.approx(other.vectors.vectors(every), abs=1e-5)
    assert one.title_vectors == pytest.approx(other.title_vectors, abs=1e-5)


def rows(snapshot: Snapshot, table: str) -> list[tuple]:
    with sqlite3.connect(snapshot.folder / "catalog.sqlite") as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def top(snapshot: Snapshot, question: str, embedder) -> list[int]:
    """Return the passages that are found first."""
    return search(snapshot, question, embedder.encode_questions([question])).rows[:10].tolist()


@pytest.mark.parametrize("late", [True, False])
def test_the_glossary(tmp_path, late):
    embedder = partial(HashingEmbedder, late_interaction=late)
    ours, local = ingested(tmp_path / "local", PAGES, None, embedder)
    theirs, far = ingested(tmp_path / "ray", PAGES, RayEngine(embedder, cpus=2), embedder)
    assert_equal(local, far)
    assert (ours.pages, ours.embedded, ours.sources[0].new) == (theirs.pages, theirs.embedded, theirs.sources[0].new)
    for question in QUESTIONS:
        assert top(local, question, embedder()) == top(far, question, embedder())


def test_documents_of_all_kinds(tmp_path, hostile):
    """A real folder, with what fails and what is skipped."""
    ours, local = ingested(tmp_path / "local", hostile, None)
    theirs, far = ingested(tmp_path / "ray", hostile, RayEngine(HashingEmbedder, cpus=2))
    assert_equal(local, far)
    assert sorted(ours.sources[0].failed) == sorted(theirs.sources[0].failed)
    assert sorted(ours.sources[0].skipped) == sorted(theirs.sources[0].skipped)


class Dying(HashingEmbedder):
    """Its process is killed at its first passages, once."""

    def __init__(self, mark: Path) -> None:
        super().__init__(late_interaction=False)
        self._mark = mark

    def encode_passages(self, texts):
        if not self._mark.exists():
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_passages(texts)


def test_a_killed_worker_is_replaced(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    alive = partial(HashingEmbedder, late_interaction=False)
    _, local = ingested(tmp_path / "local", pages, None, alive)
    mark = tmp_path / "killed"
    _, far = ingested(tmp_path / "ray", pages, RayEngine(partial(Dying, mark), cpus=2), alive)
    assert mark.exists()
    assert_equal(local, far)
