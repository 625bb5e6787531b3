"""Backups: all of it comes back, and nothing else gets in."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile

import pytest
import zstandard

from content.alone import alone
from content.archive import Archive
from content.errors import BackupError
from content.snapshot import TOKENS
from service.store import leads, schema
from service.store.drain import DRAIN_LOCK
from service.store.paging import Part
from service.store.store import Store
from service.upkeep import backup
from tests.fakes import ingest_folder, write_pages
from tests.service.store import rows
from tests.service.store.test_drain import count, drained

pytestmark = pytest.mark.anyio


async def test_all_of_it_comes_back_to_another_folder_on_sqlite(backed_up, tmp_path):
    target = tmp_path / "new"
    await backup.restore(backed_up, target, None, overwrite=False)
    assert (target / "secret").read_text() == "s" * 40
    assert (target / "secret").stat().st_mode & 0o777 == 0o600
    assert Archive(target).current_id() == Archive(tmp_path / "var").current_id()
    Archive(target).verify(Archive(target).current_id())
    restored = Store(target, None, 1 << 20)
    await restored.start()
    await restored.drainer.drain()
    found = await leads.listed(restored.database, None, Part())
    assert {one.id for one in found.items} == {"drained", "spooled"}
    assert await count(restored, schema.questions) == 1
    await restored.close()
    assert sorted(path.name for path in target.iterdir() if path.name.startswith(".")) == []


async def test_it_goes_back_where_it_came_from_only_when_told(backed_up, store, url, tmp_path):
    with pytest.raises(BackupError, match="--overwrite"):
        await backup.restore(backed_up, tmp_path / "var", url, overwrite=False)
    await drained(store, rows.lead(id="later"))
    await store.close()
    await backup.restore(backed_up, tmp_path / "var", url, overwrite=True)
    again = Store(tmp_path / "var", url, 1 << 20)
    await again.start()
    await again.drainer.drain()
    assert {one.id for one in (await leads.listed(again.database, None, Part())).items} == {"drained", "spooled"}
    await again.close()


async def test_a_running_service_is_not_overwritten(backed_up, store, tmp_path):
    with alone(tmp_path / "var" / "spool" / DRAIN_LOCK), pytest.raises(BackupError, match="stop it"):
        await backup.restore(backed_up, tmp_path / "var", None, overwrite=True)


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: data[: len(data) // 2], lambda data: b"no"])
async def test_a_damaged_file_is_refused_and_nothing_is_touched(backed_up, tmp_path, damage):
    backed_up.write_bytes(damage(backed_up.read_bytes()))
    with pytest.raises(BackupError):
        await backup.restore(backed_up, tmp_path / "new", None, overwrite=False)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"spool", "snapshots", "ingest.lock"}
    assert list((tmp_path / "new" / "snapshots").iterdir()) == []


def packed(path, entries: dict[str, bytes], **changes) -> None:
    """Write a file as an attacker would."""
    with zstandard.ZstdCompressor().stream_writer(path.open("wb")) as out, tarfile.open(fileobj=out, mode="w|") as tar:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for field, value in changes.items():
                setattr(entry, field, value)
            tar.addfile(entry, io.BytesIO(data))


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "snapshots/../../evil", "spool/.hidden", "elsewhere/x", "snapshots/a\\..\\b", ""]
)
async def test_no_entry_leaves_its_place(tmp_path, name):
    packed(tmp_path / "file", {name: b"x"})
    with pytest.raises(BackupError):
        await backup.restore(tmp_path / "file", tmp_path / "new", None, overwrite=False)
    assert not (tmp_path / "evil").exists()


async def test_links_are_refused(tmp_path):
    packed(tmp_path / "file", {"snapshots/x": b""}, type=tarfile.SYMTYPE, linkname="/etc/passwd")
    with pytest.raises(BackupError, match="no backup of ours"):
        await backup.restore(tmp_path / "file", tmp_path / "new", None, overwrite=False)


async def test_a_link_to_what_is_not_in_the_backup_is_refused(tmp_path):
    packed(tmp_path / "file", {"snapshots/x": b""}, type=tarfile.LNKTYPE, linkname="../../var/secret")
    with pytest.raises(BackupError, match="no backup of ours"):
        await backup.restore(tmp_path / "file", tmp_path / "new", None, overwrite=False)


async def test_what_snapshots_share_is_shared_again(backed_up, store, tmp_path):
    write_pages(tmp_path / "pages", {"new.md": "# New\n\nA new page."})
    ingest_folder(tmp_path / "var", tmp_path / "pages")
    await backup.write(store, Archive(tmp_path / "var"), tmp_path / "again")
    await backup.restore(tmp_path / "again", tmp_path / "new", None, overwrite=False)
    restored = Archive(tmp_path / "new")
    one, other = (restored.path(snapshot_id) / TOKENS / "codes-0.npy" for snapshot_id in restored.ids())
    assert one.samefile(other)
    for snapshot_id in restored.ids():
        restored.verify(snapshot_id)


async def test_what_was_changed_or_added_is_found(tmp_path):
    contents = {"format": 1, "created": "", "glossator": "", "schema": "0002", "files": {"spool/a": "0" * 64}}
    packed(tmp_path / "file", {"spool/a": b"x", "contents.json": json.dumps(contents).encode()})
    with pytest.raises(BackupError, match="spool/a differ"):
        await backup.restore(tmp_path / "file", tmp_path / "new", None, overwrite=False)


async def test_a_file_is_never_overwritten(backed_up, store, tmp_path):
    with pytest.raises(BackupError, match="is there already"):
        await backup.write(store, Archive(tmp_path / "var"), backed_up)


async def test_the_version_before_and_one_that_is_unknown(tmp_path):
    message = {
        **rows.message(id="m1").row,
        "citations": [{"support": 0.4}, {"support": 0.9}],
        "passages": [],
    }
    del message["visitor_id"]
    for revision, works in (("0001", True), ("9999", False)):
        folder = tmp_path / revision
        packed_at, data = tmp_path / f"file{revision}", json.dumps(message).encode() + b"\n"
        contents = {
            "format": 1, "created": "", "glossator": "", "schema": revision,
            "files": {"database/messages.jsonl": hashlib.sha256(data).hexdigest()},
        }  # fmt: skip
        packed(packed_at, {"database/messages.jsonl": data, "contents.json": json.dumps(contents).encode()})
        if not works:
            with pytest.raises(BackupError, match="version 9999"):
                await backup.restore(packed_at, folder, None, overwrite=False)
            continue
        await backup.restore(packed_at, folder, None, overwrite=False)
        again = Store(folder, None, 1 << 20)
        await again.migrate()
        async with again.database.reading() as connection:
            row = (await connection.execute(schema.messages.select())).one()
            assert (row.id, row.support) == ("m1", 0.4)
            assert (await connection.execute(schema.questions.select())).one().id == row.question_id
        await again.database.close()
