"""The depot: published snapshots on shared or object storage, where replicas take them from.

    current              the id of the snapshot that replicas answer from; written last
    manifests/ID.json    what belongs to a snapshot
    files/SHA256         a file of one or of several snapshots, named for its content
    publisher            who is publishing at the moment

What is there is either whole or not named yet, so a publisher may be killed at any moment.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from content.archive import SNAPSHOT_ID
from content.errors import (
    Conflict,
    DepotUnavailable,
    IngestRunning,
    MissingPackage,
    NotFound,
    SnapshotCorrupt,
    SnapshotMismatch,
)
from content.manifest import FORMAT, MANIFEST, READABLE, FileState, Manifest
from content.snapshot import sync

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_CURRENT, _MANIFESTS, _FILES, _PUBLISHER = "current", "manifests", "files", "publisher"
_SUFFIX = ".json"
_LEASE = 3600.0  # seconds after which a publisher that has said nothing is taken for dead
_BLOCK = 1 << 20  # bytes read at a time
_LARGEST_NOTE = 4096  # bytes of the pointer and of a publisher's note
_LARGEST_MANIFEST = 16 << 20  # bytes
_MOST_FILES = 1000  # of a snapshot; it has some twenty
_FILE_NAME = re.compile(r"(\w[\w.-]{0,99}/)?\w[\w.-]{0,99}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
# By scheme: the module that fsspec needs, and its install line.
_DRIVERS = {"s3": ("s3fs", "glossator[s3]"), "gs": ("gcsfs", "glossator[gcs]")}


class Depot:
    """The snapshots at a URL (``file://``, ``s3://``, ``gs://``). Nothing is opened before the first use.

    A snapshot stays for ``grace`` seconds after it was published, longer while it is current or one of the newest.
    All methods raise DepotUnavailable, and MissingPackage before the first use.
    """

    def __init__(self, url: str, grace: float = 3600.0) -> None:
        self.url = url.rstrip("/")
        self._grace = grace
        self._scheme, _, self._root = self.url.partition("://")
        self._is_folder = self._scheme == "file"

    def current_id(self) -> str | None:
        """Return the id of the snapshot to answer from, None before the first was published."""
        try:
            said = self._read(_CURRENT, _LARGEST_NOTE).decode("ascii", "replace").strip()
        except NotFound:
            return None
        if not SNAPSHOT_ID.fullmatch(said):
            raise SnapshotCorrupt(f"{self.url}/{_CURRENT} holds {said[:40]!r}, which is no snapshot's id")
        return said

    def ids(self) -> list[str]:
        """Return the ids of all snapshots, oldest first."""
        return sorted(self._manifests())

    def manifest(self, snapshot_id: str) -> Manifest:
        """Return the manifest of a snapshot, with names and sizes that are safe to use.

        Raises NotFound, SnapshotCorrupt, SnapshotMismatch.
        """
        try:
            data = self._read(f"{_MANIFESTS}/{snapshot_id}{_SUFFIX}", _LARGEST_MANIFEST)
        except NotFound as error:
            known = ", ".join(self.ids()) or "none"
            raise NotFound(f"there is no snapshot {snapshot_id!r} in {self.url}; there are: {known}") from error
        return _vetted(data, snapshot_id, self.url)

    def fetch(self, state: FileState, target: Path) -> None:
        """Write a file to a path. Raises NotFound where it was pruned, SnapshotCorrupt where it is another."""
        name = f"{_FILES}/{state.sha256}"
        sha256, size = hashlib.sha256(), 0
        with self._reaching(name), self._storage.open(self._path(name), "rb") as source, target.open("wb") as file:
            while size <= state.bytes and (block := source.read(_BLOCK)):
                sha256.update(block)
                size += file.write(block)
        if size != state.bytes or sha256.hexdigest() != state.sha256:
            target.unlink()
            raise SnapshotCorrupt(f"{self.url}/{name} is not what was published; publish it anew, or go back")

    def publish(self, manifest: Manifest, folder: Path, former: str | None, keep: int) -> None:
        """Upload a snapshot and make it the current one; remove those that no replica needs any more.

        ``former`` is what was current when the work on it began. Raises Conflict where that has changed meanwhile,
        IngestRunning while another publishes.
        """
        with self._alone() as note:
            self._expect(former)
            there = self._files()
            for name, state in manifest.files.items():
                if there.get(state.sha256) != state.bytes:
                    self._upload(folder / name, f"{_FILES}/{state.sha256}")
                    there[state.sha256] = state.bytes
            self._write(f"{_MANIFESTS}/{manifest.snapshot_id}{_SUFFIX}", json.dumps(asdict(manifest)).encode())
            self._point(manifest.snapshot_id, note)
            self._prune(keep)

    def switch(self, snapshot_id: str, former: str | None) -> None:
        """Make a snapshot that is here the current one. Raises NotFound, Conflict, IngestRunning."""
        with self._alone() as note:
            self._expect(former)
            self.manifest(snapshot_id)
            self._point(snapshot_id, note)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the ``keep`` newest snapshots, the current one and those of the time of grace.

        Return what was removed. Raises IngestRunning.
        """
        with self._alone():
            return self._prune(keep)

    def _prune(self, keep: int) -> list[str]:
        published = self._manifests()
        kept = {self.current_id(), *sorted(published)[-keep:]}
        over = time.time() - self._grace
        gone = [one for one, moment in published.items() if one not in kept and moment < over]
        for snapshot_id in gone:
            self._remove(f"{_MANIFESTS}/{snapshot_id}{_SUFFIX}")
        needed = {state.sha256 for one in published.keys() - set(gone) for state in self.manifest(one).files.values()}
        for name in {path.rpartition("/")[2] for path in self._list(_FILES)} - needed:
            self._remove(f"{_FILES}/{name}")
        return gone

    def _expect(self, former: str | None) -> None:
        found = self.current_id()
        if found != former:
            raise Conflict(
                f"{self.url} has had {found or 'nothing'} published by another meanwhile (it was {former or 'nothing'} "
                "when this began). Run it again: it goes on from there."
            )

    def _point(self, snapshot_id: str, note: bytes) -> None:
        if self._noted() != note:
            raise Conflict(f"publishing to {self.url} took so long that another began. Run it again.")
        self._write(_CURRENT, f"{snapshot_id}\n".encode())

    @contextmanager
    def _alone(self) -> Iterator[bytes]:
        """Hold the only right to change the depot; give the note that says so. Raises IngestRunning."""
        note = json.dumps(
            [f"{socket.gethostname()}, process {os.getpid()}", time.time(), secrets.token_hex(8)]
        ).encode()
        if not self._create(_PUBLISHER, note):
            self._remove_dead()
            if not self._create(_PUBLISHER, note):
                who = _publisher(self._noted())[0]
                raise IngestRunning(
                    f"another is publishing to {self.url} ({who}). Wait until it is done. If it was killed, it counts "
                    f"as dead {_LEASE / 3600:g} h after it began; removing {self.url}/{_PUBLISHER} ends the wait."
                )
        try:
            yield note
        finally:
            if self._noted() == note:
                self._remove(_PUBLISHER)

    def _remove_dead(self) -> None:
        if time.time() - _publisher(self._noted())[1] > _LEASE:
            self._remove(_PUBLISHER)

    def _noted(self) -> bytes:
        try:
            return self._read(_PUBLISHER, _LARGEST_NOTE)
        except NotFound:
            return b""

    @cached_property
    def _storage(self) -> AbstractFileSystem:
        if self._scheme in _DRIVERS:
            module, extra = _DRIVERS[self._scheme]
            if importlib.util.find_spec(module) is None:
                raise MissingPackage(f"snapshot_store is {self.url}; install what reaches it: pip install '{extra}'")
        import fsspec

        # What another machine has written must be seen at once.
        options: dict[str, Any] = {} if self._is_folder else {"use_listings_cache": False}
        storage = fsspec.filesystem(self._scheme, **options)
        if self._is_folder and not os.path.isdir(self._root):
            raise DepotUnavailable(f"snapshot_store is {self.url}, and there is no such folder. Mount or make it.")
        return storage

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _manifests(self) -> dict[str, float]:
        """Return when each snapshot was published, in seconds since 1970."""
        found = {}
        for path in self._list(_MANIFESTS):
            snapshot_id = path.rpartition("/")[2].removesuffix(_SUFFIX)
            if SNAPSHOT_ID.fullmatch(snapshot_id):
                with self._reaching(path):
                    found[snapshot_id] = self._storage.modified(path).timestamp()
        return found

    def _files(self) -> dict[str, int]:
        """Return the size of each file by its SHA-256."""
        sizes = {path.rpartition("/")[2]: int(said["size"]) for path, said in self._list(_FILES).items()}
        return {name: size for name, size in sizes.items() if _SHA256.fullmatch(name)}

    def _list(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        with self._reaching(name):
            found: dict[str, dict[str, Any]] = self._storage.find(self._path(name), maxdepth=1, detail=True)
            return found

    def _read(self, name: str, most: int) -> bytes:
        with self._reaching(name), self._storage.open(self._path(name), "rb") as file:
            data: bytes = file.read(most + 1)
        if len(data) > most:
            raise SnapshotCorrupt(f"{self.url}/{name} has more than {most:,} bytes; that is none of Glossator's")
        return data

    def _upload(self, source: Path, name: str) -> None:
        with self._whole(name) as path:
            self._storage.put_file(str(source), path)

    def _write(self, name: str, data: bytes) -> None:
        with self._whole(name) as path:
            self._storage.pipe_file(path, data)

    @contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """Give the path to write an object to; nobody sees it before it is whole, as object storage has it anyway."""
        path = self._path(name)
        with self._reaching(name):
            if not self._is_folder:
                yield path
                return
            target = Path(path)
            target.parent.mkdir(exist_ok=True)
            draft = target.with_name(f".{target.name}")
            yield str(draft)
            sync(draft)
            draft.replace(target)
            sync(target.parent)

    def _create(self, name: str, data: bytes) -> bool:
        """Write an object unless it is there; return whether it was not."""
        with self._reaching(name):
            try:
                with self._storage.open(self._path(name), "xb") as file:
                    file.write(data)
            except FileExistsError:
                return False
        return True

    def _remove(self, name: str) -> None:
        with self._reaching(name):
            self._storage.rm_file(self._path(name))

    @contextmanager
    def _reaching(self, name: str) -> Iterator[None]:
        try:
            yield
        except MissingPackage:  # what the storage raises cannot even be named without it
            raise
        except FileNotFoundError as error:
            raise NotFound(f"there is no {self.url}/{name}") from error
        except _errors_of(self._scheme) as error:
            raise DepotUnavailable(f"{self.url}/{name} cannot be reached: {error}") from error


def _errors_of(scheme: str) -> tuple[type[Exception], ...]:
    """Return what the storage of a scheme raises."""
    if scheme == "s3":
        from botocore.exceptions import BotoCoreError, ClientError

        return OSError, BotoCoreError, ClientError
    if scheme == "gs":
        from aiohttp import ClientError as HttpClientError
        from gcsfs.retry import HttpError
        from google.auth.exceptions import GoogleAuthError

        return OSError, HttpClientError, HttpError, GoogleAuthError
    return (OSError,)


def _publisher(note: bytes) -> tuple[str, float]:
    """Return who publishes and since when; a note that cannot be read counts as just written."""
    try:
        who, since, _ = json.loads(note)
        return str(who), float(since)
    except (ValueError, TypeError):
        return "unknown", time.time()


def _vetted(data: bytes, snapshot_id: str, where: str) -> Manifest:
    """Return a manifest from outside, which nothing is believed of before it was looked at."""
    try:
        manifest = TypeAdapter(Manifest).validate_json(data)
    except ValidationError as error:
        raise SnapshotCorrupt(f"the manifest of {snapshot_id} in {where} cannot be read: {error}") from error
    if manifest.format not in READABLE:
        raise SnapshotMismatch(
            f"snapshot {snapshot_id} in {where} has format {manifest.format}, this version reads format {FORMAT}"
        )
    folders = {name.partition("/")[0] for name in manifest.files if "/" in name}
    wrong = [name for name, state in manifest.files.items() if name in folders or not _is_safe(name, state)]
    if manifest.snapshot_id != snapshot_id or wrong or len(manifest.files) > _MOST_FILES:
        said = f"a file {wrong[0]!r}" if wrong else f"{manifest.snapshot_id!r}, {len(manifest.files)} files"
        raise SnapshotCorrupt(f"the manifest of {snapshot_id} in {where} says what none of Glossator's does: {said}")
    return manifest


def _is_safe(name: str, state: FileState) -> bool:
    named = _FILE_NAME.fullmatch(name) is not None and name != MANIFEST
    return named and state.bytes >= 0 and _SHA256.fullmatch(state.sha256) is not None
