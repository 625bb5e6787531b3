"""Snapshots whose vectors are searched in Milvus: published, gone back to, pruned, and while Milvus is away."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from content.archive import Archive
from content.errors import IndexUnavailable, SnapshotCorrupt, SnapshotMismatch
from content.milvus import Milvus
from content.search import search
from content.snapshot import Snapshot
from ingest.pipeline import IngestOptions, ingest
from ingest.sources import Source
from service.library import Library
from tests.fakes import GLOSSARY, HashingEmbedder, write_pages
from tests.postgres import free_port

pytestmark = [
    pytest.mark.far,
    pytest.mark.skipif(find_spec("milvus_lite") is None, reason="Milvus Lite is missing: pip install milvus-lite"),
]

EMBEDDER = HashingEmbedder()


class Server:
    """Milvus Lite as a process of its own, as a Milvus is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "milvus-lite"), "server", "--data-dir", str(self.folder)]
        self._process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(self.port)])
        for _ in range(100):
            try:
                Milvus(self.uri, "nobody").keep([])
                return
            except IndexUnavailable:
                time.sleep(0.1)
        raise AssertionError("Milvus Lite does not answer")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "milvus")
    yield server
    server.stop()


@pytest.fixture
def archive(server, tmp_path):
    return Archive(tmp_path / "var", Milvus(server.uri), into_milvus=True)


def publish(archive: Archive, tmp_path: Path, number: int, keep: int = 5) -> str:
    pages = write_pages(tmp_path / "pages", GLOSSARY | {"news.md": f"# News\n\nThe news of edition {number}."})
    report = ingest(archive, [Source(str(pages))], EMBEDDER, IngestOptions(keep=keep))
    assert report.published
    return report.snapshot_id


def found(snapshot: Snapshot, question: str) -> list[tuple[int, float]]:
    result = search(snapshot, question, EMBEDDER.encode_questions([question]))
    return [(int(row), round(float(score), 5)) for row, score in zip(result.rows, result.scores, strict=True)]


def collections(archive: Archive) -> list[str]:
    return sorted(Milvus(archive._milvus.uri)._client.list_collections())


def test_answers_as_from_files(archive, tmp_path):
    publish(archive, tmp_path, 1)
    files = Archive(tmp_path / "files")
    ingest(files, [Source(str(tmp_path / "pages"))], EMBEDDER)
    for question in ("what is attention?", "news of edition 1", "who introduced attention", "lead form"):
        assert found(archive.open_current(), question) == found(files.open_current(), question)


def test_an_open_snapshot_is_answered_from_its_own_vectors(archive, tmp_path):
    first = publish(archive, tmp_path, 1)
    opened = archive.open_current()
    before = found(opened, "news of edition 1")
    second = publish(archive, tmp_path, 2)
    assert found(opened, "news of edition 1") == before
    assert archive.open_current().snapshot_id == second
    archive.rollback()
    assert archive.open_current().snapshot_id == first
    assert found(archive.open_current(), "news of edition 1") == before


def test_the_alias_follows_what_is_published(archive, tmp_path):
    def led_to() -> str:
        return Milvus(archive._milvus.uri)._client.describe_alias("glossator")["collection_name"]

    first = publish(archive, tmp_path, 1)
    assert led_to() == archive.manifest(first).milvus
    second = publish(archive, tmp_path, 2)
    assert led_to() == archive.manifest(second).milvus
    archive.rollback()
    assert led_to() == archive.manifest(first).milvus


def test_collections_go_one_publish_after_their_snapshots(archive, tmp_path):
    ids = [publish(archive, tmp_path, number, keep=1) for number in range(3)]
    assert archive.ids() == ids[2:]
    assert len(collections(archive)) == 2  # the one before may still be answered from
    archive._milvus.write("20200101T000000000-abcdef", archive.open_current().vectors.vectors([0]))  # a killed ingest's
    publish(archive, tmp_path, 3, keep=1)
    assert len(collections(archive)) == 2


def test_a_held_back_or_lost_collection(archive, tmp_path):
    snapshot_id = publish(archive, tmp_path, 1)
    archive._milvus.keep([])
    with pytest.raises(SnapshotCorrupt, match="no collection"):
        archive.open_current()
    with pytest.raises(SnapshotMismatch, match="milvus_uri"):
        Archive(tmp_path / "var").open(snapshot_id)


def test_milvus_is_away_for_a_while(server, archive, tmp_path):
    publish(archive, tmp_path, 1)
    before = found(archive.open_current(), "attention")
    opened = archive.open_current()
    server.stop()
    with pytest.raises(IndexUnavailable, match="milvus_uri"):
        found(opened, "attention")
    library = Library(Archive(tmp_path / "var", Milvus(server.uri)), EMBEDDER)
    library.refresh()
    assert "Milvus at" in library.problem
    server.start()
    library.refresh()
    assert found(library.current, "attention") == before
    assert found(opened, "attention") == before
