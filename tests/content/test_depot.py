"""The depot: what replicas may rely on, whoever is killed, late or hostile. On a folder, and on S3 by its own protocol."""

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from content import replica
from content.archive import Archive
from content.depot import Depot
from content.embedding import ModelCard
from content.errors import (
    Conflict,
    DepotUnavailable,
    IngestRunning,
    MissingPackage,
    NoRoom,
    NotFound,
    SnapshotCorrupt,
    SnapshotMismatch,
)
from ingest.pipeline import IngestOptions, ingest
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, write_pages
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
_STARTING = 60  # seconds that a server of S3 may take to start


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """The address of an S3 on loopback, with a bucket."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTING
        while True:
            try:
                httpx.put(f"{address}/bucket", headers={"Host": "s3.amazonaws.com"}).raise_for_status()
                break
            except httpx.TransportError:
                assert time.monotonic() < until, "S3 did not start"
                time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "depot").mkdir()
    return tmp_path / "depot"


@pytest.fixture(params=["folder", "s3"])
def depot(request, folder, monkeypatch, tmp_path):
    if request.param == "folder":
        return Depot(f"file://{folder}", grace=0)
    for name, value in {
        "AWS_ENDPOINT_URL": request.getfixturevalue("s3"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return Depot(f"s3://bucket/{tmp_path.name}", grace=0)


@pytest.fixture
def publisher(tmp_path):
    write_pages(tmp_path / "pages", GLOSSARY)
    return Archive(tmp_path / "publisher")


@pytest.fixture
def other(tmp_path):
    return Archive(tmp_path / "replica")


def publish(archive, depot, text="", keep=5):
    pages = archive.data_dir.parent / "pages"
    write_pages(pages, {"more.md": f"# More\n\nThis is new: {text}.\n"})
    options = IngestOptions(keep=keep)
    return ingest(archive, [Source(str(pages))], HashingEmbedder(), options, depot=depot).snapshot_id


def follow(depot, archive, card=None):
    with archive.lock():
        return replica.follow(depot, archive, card)


def damage(folder, snapshot_id, /, **said):
    """Change what a manifest in a depot says."""
    path = folder / "manifests" / f"{snapshot_id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | said))


def test_a_replica_takes_over_what_is_published_and_what_it_is_rolled_back_to(depot, publisher, other):
    assert depot.current_id() is None
    assert follow(depot, other) is None
    first = publish(publisher, depot, "one")
    assert follow(depot, other) == first == other.current_id()
    assert other.verify(first) == publisher.verify(first)
    second = publish(publisher, depot, "two")
    assert depot.ids() == [first, second]
    assert follow(depot, other) == second == other.current_id()
    with publisher.lock():
        assert replica.roll_back(depot, publisher).snapshot_id == first
    assert publisher.current_id() == first == follow(depot, other) == other.current_id()
    third = publish(publisher, depot, "three")
    assert follow(depot, other) == third


def test_only_what_is_new_is_fetched(depot, publisher, other):
    first = publish(publisher, depot, "one")
    follow(depot, other)
    second = publish(publisher, depot, "two")
    follow(depot, other)
    files = publisher.manifest(first).files, publisher.manifest(second).files
    same = [name for name, state in files[1].items() if files[0].get(name) == state]
    assert same
    assert all((other.path(first) / name).samefile(other.path(second) / name) for name in same)
    changed = files[1].keys() - same
    assert changed
    assert not any(
        (other.path(first) / name).samefile(other.path(second) / name) for name in changed if name in files[0]
    )


def test_a_new_publisher_goes_on_from_what_is_current(depot, publisher, other, tmp_path):
    publish(publisher, depot, "one")
    more = write_pages(tmp_path / "more", {"other.md": "# Other\n\nAnother source.\n"})
    embedder = HashingEmbedder()
    second = ingest(other, [Source(str(more))], embedder, depot=depot)
    assert second.pages == len(GLOSSARY) + 2
    assert second.embedded == 1
    assert depot.current_id() == second.snapshot_id


def test_what_was_published_before_there_was_a_depot_goes_there(depot, publisher):
    first = publish(publisher, None, "one")
    assert publish(publisher, depot, "one") == first == depot.current_id()


def test_prune_keeps_the_newest_the_current_and_their_files(depot, publisher, other):
    first, second, third = [publish(publisher, depot, text) for text in ("one", "two", "three")]
    depot.switch(first, third)
    assert depot.prune(1) == [second]
    assert depot.ids() == [first, third]
    assert follow(depot, other) == first
    depot.switch(third, first)
    assert follow(depot, other) == third
    other.verify(third)
    with pytest.raises(NotFound, match=f"{first}, {third}"):
        depot.manifest(second)


def test_the_time_of_grace(folder, publisher):
    depot = Depot(f"file://{folder}", grace=3600)
    first, second = publish(publisher, depot, "one", keep=1), publish(publisher, depot, "two", keep=1)
    assert depot.ids() == [first, second]
    long_ago = time.time() - 3601
    os.utime(folder / "manifests" / f"{first}.json", (long_ago, long_ago))
    assert depot.prune(1) == [first]
    needed = {state.sha256 for state in depot.manifest(second).files.values()}
    assert {path.name for path in (folder / "files").iterdir()} == needed


def test_of_two_publishers_the_second_is_refused(depot, publisher, other):
    first = publish(publisher, depot, "one")
    follow(depot, other)
    second = publish(publisher, depot, "two")
    late = other.manifest(first)
    with pytest.raises(Conflict, match=f"has had {second} published"):
        depot.publish(late, other.path(first), first, 5)
    with depot._alone(), pytest.raises(IngestRunning, match="process"):
        Depot(depot.url).switch(first, second)
    depot.switch(first, second)
    assert depot.current_id() == first


def test_a_publisher_that_was_killed_is_replaced_after_a_while(folder, publisher):
    depot = Depot(f"file://{folder}")
    (folder / "publisher").write_text(json.dumps(["elsewhere, process 7", time.time() - 10, "token"]))
    with pytest.raises(IngestRunning, match="elsewhere, process 7"):
        publish(publisher, depot)
    assert publisher.current_id() is None
    (folder / "publisher").write_text(json.dumps(["elsewhere, process 7", time.time() - 3601, "token"]))
    assert publish(publisher, depot) == depot.current_id()
    assert not (folder / "publisher").exists()


def test_a_publisher_that_another_took_for_dead_does_not_publish(folder, publisher):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot)
    with depot._alone() as note:
        (folder / "publisher").write_text(json.dumps(["another", time.time(), "token"]))
        with pytest.raises(Conflict, match="so long"):
            depot._point(first, note)
    assert "another" in (folder / "publisher").read_text()


FETCH = """
import sys; from pathlib import Path
from content.archive import Archive; from content.depot import Depot; from content.replica import follow
archive = Archive(Path(sys.argv[1]))
with archive.lock():
    follow(Depot(sys.argv[2]), archive)
"""


def test_a_fetch_that_is_killed_is_never_opened_and_goes_on(folder, publisher, other):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot, "one")
    follow(depot, other)
    second = publish(publisher, depot, "two")
    stored = folder / "files" / depot.manifest(second).files["vectors.faiss"].sha256
    stored.rename(folder / "aside")
    os.mkfifo(stored)  # which gives nothing, so the fetch is at this file when it is killed
    process = subprocess.Popen([sys.executable, "-c", FETCH, other.data_dir, depot.url], cwd=ROOT)
    fetched = other.arriving / "titles.npy"
    until = time.monotonic() + _STARTING
    while not fetched.exists() or fetched.stat().st_size != depot.manifest(second).files["titles.npy"].bytes:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert other.current_id() == first
    assert other.ids() == [first]
    before = fetched.stat().st_mtime_ns
    (other.arriving / "lexical" / "left-over").write_text("of another snapshot")
    stored.unlink()
    with pytest.raises(NotFound):
        follow(depot, other)
    assert other.ids() == [first]
    (folder / "aside").rename(stored)
    assert follow(depot, other) == second
    assert (other.path(second) / "titles.npy").stat().st_mtime_ns == before
    other.verify(second)
    assert not other.arriving.exists()


def test_a_damaged_file_is_refused_wherever_it_is_damaged(folder, publisher, other):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot, "one")
    state = depot.manifest(first).files["catalog.sqlite"]
    path = folder / "files" / state.sha256
    whole = path.read_bytes()
    for data in (whole[:-1], whole + b"x", whole[:-1] + b"x"):
        path.write_bytes(data)
        with pytest.raises(SnapshotCorrupt, match="not what was published"):
            follow(depot, other)
        assert other.current_id() is None
    path.write_bytes(whole)
    follow(depot, other)
    # A file of this machine's own that went bad is not taken for the one that is wanted.
    second = publish(publisher, depot, "two")
    same = "tokens/projection.npy" if "tokens/projection.npy" in depot.manifest(second).files else None
    files = depot.manifest(first).files
    same = same or next(name for name, one in depot.manifest(second).files.items() if files.get(name) == one)
    local = other.path(first) / same
    data = bytearray(local.read_bytes())
    data[-1] ^= 1
    local.write_bytes(data)
    follow(depot, other)
    other.verify(second)


@pytest.mark.parametrize(
    "name",
    ["../../../evil", "/etc/evil", "a/../../evil", "..", "a\\..\\evil", "lexical/../x", "a\0b", "a/b/c", ".draft", "a" * 300,
     "manifest.json", "", "lexical"],
)  # fmt: skip
def test_hostile_names_are_refused(folder, publisher, other, name, tmp_path):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot)
    files = json.loads((folder / "manifests" / f"{first}.json").read_text())["files"]
    damage(folder, first, files=files | {name: files["catalog.sqlite"]})
    with pytest.raises(SnapshotCorrupt, match="none of Glossator's"):
        follow(depot, other)
    assert not list(tmp_path.rglob("*evil*"))
    assert other.ids() == []


@pytest.mark.parametrize(
    "said",
    [
        {"snapshot_id": "20200101T000000000-abcdef"},
        {"files": {"catalog.sqlite": {"bytes": -1, "sha256": "0" * 64}}},
        {"files": {"catalog.sqlite": {"bytes": 1, "sha256": "../../current"}}},
        {"files": {f"file{number}": {"bytes": 0, "sha256": "0" * 64} for number in range(1001)}},
        {"files": None},
        {"model": "none"},
    ],
)
def test_hostile_manifests_are_refused(folder, publisher, other, said):
    depot = Depot(f"file://{folder}")
    damage(folder, publish(publisher, depot), **said)
    with pytest.raises(SnapshotCorrupt):
        follow(depot, other)
    assert other.ids() == []


def test_other_models_formats_and_pointers_are_refused(folder, publisher, other):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot)
    with pytest.raises(SnapshotMismatch, match="another"):
        follow(depot, other, ModelCard("another", "f" * 64, 256))
    damage(folder, first, format=99)
    with pytest.raises(SnapshotMismatch, match="format 99"):
        follow(depot, other)
    (folder / "current").write_text("../../etc/passwd")
    with pytest.raises(SnapshotCorrupt, match="no snapshot's id"):
        follow(depot, other)
    (folder / "current").write_text("x" * 5000)
    with pytest.raises(SnapshotCorrupt, match="bytes"):
        follow(depot, other)
    assert other.ids() == []


def test_what_the_disk_has_no_room_for_is_not_begun(folder, publisher, other):
    depot = Depot(f"file://{folder}")
    first = publish(publisher, depot)
    files = json.loads((folder / "manifests" / f"{first}.json").read_text())["files"]
    damage(folder, first, files=files | {"large": {"bytes": 1 << 60, "sha256": "0" * 64}})
    with pytest.raises(NoRoom, match="are free"):
        follow(depot, other)
    assert not [path for path in other.arriving.rglob("*") if path.is_file()]


def test_a_depot_that_is_not_there(tmp_path, publisher):
    with pytest.raises(DepotUnavailable, match="no such folder"):
        publish(publisher, Depot(f"file://{tmp_path}/nowhere"))
    assert not Path(tmp_path / "nowhere").exists()


def test_a_driver_that_is_not_installed():
    if find_spec("gcsfs"):
        pytest.skip("gcsfs is installed here")
    with pytest.raises(MissingPackage, match=r"glossator\[gcs\]"):
        Depot("gs://bucket/prefix").current_id()
