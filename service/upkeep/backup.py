"""Backups: all that a data folder and its database hold, to one file and back.

The file is a tar, packed with Zstandard. Its last entry lists the others with their SHA-256, so a file that was cut off
or damaged is refused before anything of it is put in place. What snapshots share is in it once, and shared again when
it is restored.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import zstandard

from content.alone import alone
from content.archive import Archive
from content.errors import BackupError
from content.sharing import share
from service.access.identity import SECRET_FILE
from service.store import dump
from service.store.database import DATABASE_FILE, Database
from service.store.drain import DRAIN_LOCK
from service.store.spool import Segments
from service.store.store import Store

_CONTENTS = "contents.json"
_FORMAT = 1
_PLACES = ("database", "snapshots", "spool", SECRET_FILE)  # what may be in a backup, by the first part of its name
_SQLITE = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")  # a part of a name: no dot first, so no way up
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself. ``files`` are their SHA-256 by their names."""

    format: int
    created: str
    glossator: str
    schema: str
    files: dict[str, str]


async def write(store: Store, archive: Archive, target: Path) -> Backup:
    """Back up to a file while the service may run. Raises BackupError, IngestRunning, StoreUnavailable."""
    _must_be_new(target)
    with _scratch(target.parent) as scratch, archive.lock():
        # The spool before the database: what is drained in between is in both, and drained twice it changes nothing.
        await asyncio.to_thread(_copy_spool, store.spool_folder, scratch / "spool")
        (scratch / "database").mkdir()
        revision = await dump.write(store.database, scratch / "database")
        draft = scratch / "backup"
        backup = await asyncio.to_thread(_pack, draft, _files(scratch, archive), revision)
        os.link(draft, target)  # unlike a rename, it never takes the place of a file that came meanwhile
    return backup


async def restore(source: Path, data_dir: Path, url: str | None, overwrite: bool) -> Backup:
    """Put a backup in place, in a data folder and a database that are empty or may be overwritten.

    Nothing is touched before the whole file is checked, and where a step fails all is put back as it was. Raises
    BackupError, StoreUnavailable.
    """
    with _stopped(data_dir), Archive(data_dir).lock(), _scratch(data_dir) as scratch:
        backup = await asyncio.to_thread(_unpack, source, scratch)
        if not overwrite:
            await _must_be_empty(data_dir, url)
        rows = scratch / "database"
        with ExitStack() as undo:
            if url is None:  # the database is one of the files
                async with _database(scratch, None) as database, dump.replaced(database, rows, backup.schema):
                    pass
                await asyncio.to_thread(_put_in_place, scratch, data_dir, _SQLITE, undo)
            else:
                async with _database(data_dir, url) as database, dump.replaced(database, rows, backup.schema):
                    await asyncio.to_thread(_put_in_place, scratch, data_dir, (), undo)
            undo.pop_all()
    return backup


def _must_be_new(target: Path) -> None:
    if target.exists():
        raise BackupError(f"{target} is there already; name another file")


async def _must_be_empty(data_dir: Path, url: str | None) -> None:
    held = [name for name in _PLACES if (data_dir / name).is_file() or any((data_dir / name).glob("[!.]*"))]
    held = [name for name in held if name != "spool" or Segments(data_dir / "spool").all()]
    async with _database(data_dir, url) as database:
        if (url or (data_dir / DATABASE_FILE).exists()) and not await dump.is_empty(database):
            held.append("database")
    if held:
        raise BackupError(
            f"{data_dir} or its database holds something already ({', '.join(held)}); --overwrite replaces it"
        )


def _copy_spool(folder: Path, target: Path) -> None:
    target.mkdir()
    for path in Segments(folder).all():
        try:
            shutil.copyfile(path, target / path.name)
        except FileNotFoundError:  # drained meanwhile, and so in the database, which is read after this
            continue


def _files(scratch: Path, archive: Archive) -> Iterator[tuple[str, Path]]:
    """Yield the names and the places of all that is backed up."""
    for path in sorted([*(scratch / "database").iterdir(), *(scratch / "spool").iterdir()]):
        yield f"{path.parent.name}/{path.name}", path
    for snapshot_id in archive.ids():
        for path in sorted(archive.path(snapshot_id).rglob("*")):
            if path.is_file():
                yield f"snapshots/{path.relative_to(archive.folder).as_posix()}", path
    for path in (archive.folder / "current", archive.data_dir / SECRET_FILE):
        if path.exists():
            yield path.relative_to(archive.data_dir).as_posix(), path


def _pack(draft: Path, files: Iterator[tuple[str, Path]], revision: str) -> Backup:
    hashes: dict[str, str] = {}
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds a secret
    with os.fdopen(descriptor, "wb") as file:
        with (
            zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, path in files:
                hashes[name] = _sha256(path)
                tar.add(path, name, recursive=False)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            backup = Backup(_FORMAT, now, version("glossator"), revision, hashes)
            contents = draft.with_suffix(".json")
            contents.write_text(json.dumps({name: getattr(backup, name) for name in Backup.__slots__}))
            tar.add(contents, _CONTENTS, recursive=False)
        file.flush()
        os.fsync(file.fileno())
    return backup


def _unpack(source: Path, scratch: Path) -> Backup:
    """Unpack a backup, and hold all of it against what it says of itself. Raises BackupError."""
    found: dict[str, str] = {}
    try:
        with (
            source.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as tar,
        ):
            for entry in tar:
                found[entry.name] = _take(tar, entry, scratch, found)
    except (OSError, EOFError, zstandard.ZstdError, tarfile.TarError) as error:
        raise BackupError(f"{source} cannot be read as a backup: {error}") from error
    found.pop(_CONTENTS, None)
    try:
        backup = Backup(**json.loads((scratch / _CONTENTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{source} is cut off, or no backup: its list of contents is missing") from error
    if backup.format != _FORMAT:
        raise BackupError(f"{source} has format {backup.format}; this version of Glossator reads {_FORMAT}")
    differing = sorted(name for name in {*found, *backup.files} if found.get(name) != backup.files.get(name))
    if differing:
        raise BackupError(f"{source} is damaged: {', '.join(differing[:5])} differ from what was backed up")
    return backup


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, scratch: Path, taken: Mapping[str, str]) -> str:
    """Write an entry below the folder and return its SHA-256. Raises BackupError for what no backup holds.

    A file that snapshots share is there once, and then as a link to one that was ``taken``.
    """
    parts = PurePosixPath(entry.name).parts
    known = entry.name == _CONTENTS or (bool(parts) and parts[0] in _PLACES and all(map(_NAME.fullmatch, parts)))
    is_link = entry.islnk() and entry.linkname in taken
    path = scratch / entry.name  # in a folder for this user alone; the secret stays readable for nobody else
    if not known or not (entry.isreg() or is_link) or path.exists():
        raise BackupError(f"the backup holds {entry.name!r}, which no backup of ours does; nothing was restored")
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_link:
        share(scratch / entry.linkname, path)
        return taken[entry.linkname]
    file = tar.extractfile(entry)
    assert file is not None, "what is a regular file can be read"
    digest = hashlib.sha256()
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _put_in_place(scratch: Path, data_dir: Path, of_database: Sequence[str], undo: ExitStack) -> None:
    """Move what was unpacked to where it belongs, and what was there out of the way; ``undo`` moves all of it back.

    Raises BackupError.
    """
    before = scratch / "before"
    (before / "spool").mkdir(parents=True)
    try:
        for name in ("snapshots", SECRET_FILE, *of_database):
            _move(data_dir / name, before / name, undo)
            _move(scratch / name, data_dir / name, undo)
        for path in Segments(data_dir / "spool").all():
            _move(path, before / "spool" / path.name, undo)
        for path in Segments(scratch / "spool").all():
            _move(path, data_dir / "spool" / path.name, undo)
    except OSError as error:
        raise BackupError(
            f"what was backed up cannot be put into {data_dir}: {error}. Nothing was restored; all is as it was"
        ) from error


def _move(source: Path, target: Path, undo: ExitStack) -> None:
    if source.exists():
        source.rename(target)
        undo.callback(target.rename, source)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@asynccontextmanager
async def _database(folder: Path, url: str | None) -> AsyncIterator[Database]:
    database = Database(folder, url)
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give a folder of its own on the same file system, for this user alone."""
    path = Path(tempfile.mkdtemp(prefix=".glossator-backup-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def _stopped(data_dir: Path) -> Iterator[None]:
    """Keep the service out while its state is replaced. Raises BackupError where it runs."""
    spool = data_dir / "spool"
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(spool / DRAIN_LOCK) as here:
        if not here:
            raise BackupError(f"the service runs in {data_dir}; stop it before you restore")
        yield
