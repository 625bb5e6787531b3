"""Publishing, verifying, opening, going back."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from content.archive import Archive
from content.embedding import ModelCard
from content.errors import (
    IngestRunning,
    NoSnapshot,
    NotFound,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotMismatch,
)
from content.manifest import MANIFEST, FileState, digest
from content.snapshot import TOKENS, Snapshot
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages


@pytest.fixture
def pages(tmp_path):
    return write_pages(tmp_path / "pages", GLOSSARY)


@pytest.fixture
def archive(tmp_path, pages):
    ingest_folder(tmp_path / "var", pages)
    return Archive(tmp_path / "var")


def publish_another(archive, pages, text):
    (pages / "more.md").write_text(f"# More\n\n{text}\n", encoding="utf-8")
    return ingest_folder(archive.data_dir, pages).snapshot_id


def test_nothing_published(tmp_path):
    archive = Archive(tmp_path / "var")
    assert archive.current_id() is None
    assert archive.ids() == []
    with pytest.raises(NoSnapshot, match="glossator ingest"):
        archive.open_current()


def test_a_snapshot_is_whole_and_states_what_made_it(archive):
    manifest = archive.verify(archive.current_id())
    assert manifest.pages == 4
    assert manifest.terms == 4
    assert manifest.model == HashingEmbedder().card
    assert {"catalog.sqlite", "vectors.faiss"} <= manifest.files.keys()
    assert any(name.startswith("lexical/") for name in manifest.files)


def test_opening_checks_the_model(archive):
    archive.open_current(HashingEmbedder().card)
    with pytest.raises(SnapshotMismatch) as caught:
        archive.open_current(ModelCard("another", "f" * 64, 256))
    assert "'hashing'" in str(caught.value)
    assert "'another'" in str(caught.value)
    assert "--rebuild" in str(caught.value)


@pytest.mark.parametrize("name", ["catalog.sqlite", "vectors.faiss", "lexical/vocab.index.json", MANIFEST])
def test_a_missing_file_is_noticed(archive, name):
    (archive.path(archive.current_id()) / name).unlink()
    with pytest.raises(SnapshotCorrupt, match="missing"):
        archive.open_current()


@pytest.mark.parametrize("name", ["catalog.sqlite", "vectors.faiss", "lexical/vocab.index.json"])
def test_a_flipped_bit_is_noticed_by_verify(archive, name):
    path = archive.path(archive.current_id()) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SnapshotCorrupt, match="SHA-256"):
        archive.verify(archive.current_id())


def test_a_cut_file_is_noticed_at_opening(archive):
    path = archive.path(archive.current_id()) / "vectors.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotCorrupt, match="bytes"):
        archive.open_current()


def test_a_file_that_was_not_published_is_noticed(archive):
    (archive.path(archive.current_id()) / "extra").write_text("x")
    with pytest.raises(SnapshotCorrupt, match="extra"):
        archive.verify(archive.current_id())


def test_a_manifest_of_another_format_or_none_at_all(archive):
    path = archive.path(archive.current_id()) / MANIFEST
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {"format": 99}))
    with pytest.raises(SnapshotMismatch, match="format 99"):
        archive.open_current()
    path.write_text("{")
    with pytest.raises(SnapshotCorrupt, match="cannot be read"):
        archive.open_current()


def test_a_manifest_from_before_precisions_were_told_apart(archive):
    path = archive.path(archive.current_id()) / MANIFEST
    said = json.loads(path.read_text())
    assert said["model"].pop("precision") == "float32"
    path.write_text(json.dumps(said))
    assert archive.open_current(HashingEmbedder().card).manifest.model == HashingEmbedder().card


def test_rollback_goes_to_the_one_before_and_to_a_named_one(archive, pages):
    first = archive.current_id()
    second = publish_another(archive, pages, "Something else that is new.")
    third = publish_another(archive, pages, "Something else again that is newer.")
    assert archive.ids() == [first, second, third]
    assert archive.rollback().snapshot_id == second == archive.current_id()
    assert archive.rollback(third).snapshot_id == third == archive.current_id()
    assert archive.rollback(first).snapshot_id == first
    with pytest.raises(SnapshotError, match="no snapshot before"):
        archive.rollback()
    with pytest.raises(NotFound, match="20200101"):
        archive.rollback("20200101T000000000-abcdef")


def test_any_snapshot_can_be_opened_by_its_id(archive, pages):
    first = archive.current_id()
    second = publish_another(archive, pages, "Text.")
    card = HashingEmbedder().card
    assert [archive.open(one, card).snapshot_id for one in (first, second)] == [first, second]
    assert "more" not in archive.open(first).page_ids
    with pytest.raises(NotFound, match=first):
        archive.open("../current")
    with pytest.raises(SnapshotMismatch):
        archive.open(first, HashingEmbedder(name="other").card)


def test_rollback_to_a_broken_snapshot_is_refused(archive, pages):
    first = archive.current_id()
    second = publish_another(archive, pages, "Something else that is new.")
    (archive.path(first) / "catalog.sqlite").write_bytes(b"")
    with pytest.raises(SnapshotCorrupt):
        archive.rollback()
    assert archive.current_id() == second


def test_prune_keeps_the_newest_and_the_current(archive, pages):
    first = archive.current_id()
    for number in range(3):
        publish_another(archive, pages, f"Text number {number} is another one.")
    newest = archive.ids()[-1]
    archive.rollback(first)
    gone = archive.prune(1)
    assert archive.ids() == [first, newest]
    assert len(gone) == 2
    assert archive.verify(first)


def test_an_open_snapshot_outlives_its_folder(archive, pages):
    snapshot = archive.open_current()
    publish_another(archive, pages, "Something else that is new.")
    archive.prune(1)
    assert not snapshot.folder.exists()
    assert snapshot.catalog.page("default", "attention").title == "Attention Mechanism"
    assert len(snapshot.lexical.nearest(["attent"], 1))
    assert len(snapshot.vectors.vectors(snapshot.page_numbers[:1])) == 1


def test_the_lock_lets_one_ingest_work(archive):
    with archive.lock(), pytest.raises(IngestRunning, match=str(os.getpid())), archive.lock():
        pass
    with archive.lock():
        pass


def test_a_killed_ingest_leaves_no_lock(archive, tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from content.archive import Archive\n"
        "with Archive(Path(sys.argv[1])).lock():\n    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(archive.data_dir)], check=False, cwd=Path(__file__).parents[2])
    with archive.lock():
        pass


def test_what_a_killed_publish_left_is_swept(archive, pages):
    left = archive.folder / ".draft-20200101T000000000-abcdef"
    left.mkdir()
    (left / "half").write_text("x")
    assert archive.ids() == [archive.current_id()]
    publish_another(archive, pages, "Something else that is new.")
    assert not left.exists()


def test_a_snapshot_gives_passages_with_their_pages(archive):
    snapshot: Snapshot = archive.open_current()
    hits = snapshot.hits([2, 0], [0.5, 0.4])
    assert [hit.row for hit in hits] == [2, 0]
    for hit in hits:
        page = snapshot.catalog.page(hit.passage.collection, hit.passage.page_id)
        assert page.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.title == page.title


def test_unknown_collections_and_pages(archive):
    snapshot = archive.open_current()
    with pytest.raises(NotFound, match="'default'"):
        snapshot.rows(["nope"])
    with pytest.raises(NotFound, match="'nope'"):
        snapshot.catalog.page("default", "nope")


def test_a_snapshot_from_before_there_were_columns(archive):
    before = archive.open_current()
    after = before.folder / "manifest.json"
    manifest = json.loads(after.read_text())
    manifest["files"] = {name: state for name, state in manifest["files"].items() if not name.startswith("columns/")}
    del manifest["index"]
    after.write_text(json.dumps(manifest))
    shutil.rmtree(before.folder / "columns")
    assert archive.verify(before.snapshot_id).index is None
    opened = archive.open_current()
    assert opened.page_numbers.tolist() == before.page_numbers.tolist()
    assert opened.title_rarity == pytest.approx(before.title_rarity)
    assert opened.columns.words == before.columns.words
    rows = range(len(opened.page_numbers))
    assert [opened.question_stems(row) for row in rows] == [before.question_stems(row) for row in rows]
    assert any(opened.question_stems(row) for row in rows)


def test_what_a_snapshot_shares_stays_when_the_one_before_is_pruned(archive, pages):
    first, second = archive.current_id(), publish_another(archive, pages, "A new page.")
    shared = Path(TOKENS) / "codes-0.npy"
    assert (archive.path(first) / shared).samefile(archive.path(second) / shared)
    assert archive.prune(keep=1) == [first]
    archive.verify(second)


def test_a_shared_file_that_was_damaged_does_not_pass_for_whole(archive, pages):
    path = archive.path(archive.current_id()) / TOKENS / "codes-0.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    second = publish_another(archive, pages, "A new page.")
    with pytest.raises(SnapshotCorrupt, match="codes-0"):
        archive.verify(second)


def test_a_snapshot_whose_token_vectors_lie_in_one_segment_is_read_and_gone_on_from(archive, pages):
    before = archive.open_current()
    tokens, old = before.folder / TOKENS, [before.tokens.packed(row) for row in range(len(before.tokens))]
    counts = np.load(tokens / "counts.npy")
    for name in ("codes", "spans", "ids"):
        (tokens / f"{name}-0.npy").rename(tokens / f"{name}.npy")
    for name in ("begins", "counts", "holding"):
        (tokens / f"{name}.npy").unlink()
    np.save(tokens / "starts.npy", np.cumsum([0, *counts]))
    np.save(tokens / "idf.npy", np.zeros(1, np.float32))
    files = {
        path.relative_to(before.folder).as_posix(): FileState(path.stat().st_size, digest(path))
        for path in before.folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    replace(before.manifest, files=files, format=2).write(before.folder)
    assert archive.verify(before.snapshot_id).format == 2
    second = publish_another(archive, pages, "A new page.")
    after = archive.open(second)
    assert archive.verify(second).format == 3
    kept = {(tuple(one.ids), one.codes.tobytes()) for one in map(after.tokens.packed, range(len(after.tokens)))}
    assert kept > {(tuple(one.ids), one.codes.tobytes()) for one in old}
    assert (after.folder / TOKENS / "codes-0.npy").samefile(tokens / "codes.npy")
