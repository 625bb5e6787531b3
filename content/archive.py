"""The archive: the folder of published snapshots and the pointer to the current one.

Every step that readers could see is a rename, and what it makes visible is on disk before it: a kill at any moment
leaves the old or the new snapshot, each whole.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from content.alone import alone
from content.embedding import ModelCard
from content.errors import IngestRunning, NoSnapshot, NotFound, SnapshotError
from content.manifest import Manifest
from content.milvus import Milvus
from content.snapshot import Snapshot, check_content, sync, verify_snapshot
from content.writer import SnapshotWriter

_CURRENT = "current"
_LOCK = "ingest.lock"
_DRAFT = ".draft-"
_ARRIVING = ".arriving"
SNAPSHOT_ID = re.compile(r"\d{8}T\d{9}-[0-9a-f]{6}")  # its time in UTC, to the millisecond, and a random part


class Archive:
    """The published snapshots of one data folder.

    ``milvus`` is where vectors of snapshots may be, and ``into_milvus`` whether those of new ones are written there.
    """

    def __init__(self, data_dir: Path, milvus: Milvus | None = None, *, into_milvus: bool = False) -> None:
        self.data_dir = data_dir
        self.folder = data_dir / "snapshots"
        self._milvus = milvus
        self._into_milvus = into_milvus

    def ids(self) -> list[str]:
        """Return the ids of all snapshots, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if SNAPSHOT_ID.fullmatch(path.name))

    def current_id(self) -> str | None:
        """Return the id of the snapshot that is answered from, None before the first was published."""
        try:
            return (self.folder / _CURRENT).read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def path(self, snapshot_id: str) -> Path:
        """Return the folder of a snapshot. Raises NotFound."""
        if snapshot_id not in self.ids():
            known = ", ".join(self.ids()) or "none"
            raise NotFound(f"there is no snapshot {snapshot_id!r} in {self.folder}; there are: {known}")
        return self.folder / snapshot_id

    def manifest(self, snapshot_id: str) -> Manifest:
        """Return the manifest of a snapshot."""
        return Manifest.read(self.path(snapshot_id))

    def open_current(self, card: ModelCard | None = None) -> Snapshot:
        """Open the snapshot that is answered from. Raises NoSnapshot, SnapshotCorrupt or SnapshotMismatch."""
        snapshot_id = self.current_id()
        if snapshot_id is None:
            raise NoSnapshot(f"nothing has been published in {self.data_dir} yet. Run: glossator ingest FOLDER")
        return Snapshot.open(self.folder / snapshot_id, card, self._milvus)

    def open(self, snapshot_id: str, card: ModelCard | None = None) -> Snapshot:
        """Open a snapshot. Raises NotFound, SnapshotCorrupt or SnapshotMismatch."""
        return Snapshot.open(self.path(snapshot_id), card, self._milvus)

    def verify(self, snapshot_id: str) -> Manifest:
        """Read every file of a snapshot and hold it against its manifest. Raises SnapshotError."""
        return verify_snapshot(self.path(snapshot_id), self._milvus)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the only right to change this archive. Raises IngestRunning."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / _LOCK
        with alone(path) as here:
            if not here:
                holder = path.read_text(encoding="ascii").strip() or "unknown"
                raise IngestRunning(
                    f"another ingest is at work in {self.data_dir} (process {holder}). Wait until it is done."
                )
            path.write_text(f"{os.getpid()}\n", encoding="ascii")
            yield

    def begin(self, before: Snapshot | None = None, maker: str = "") -> SnapshotWriter:
        """Begin a new snapshot as a draft, which no reader sees. Call it under the lock.

        ``before`` and ``maker`` are as SnapshotWriter has them.
        """
        self._sweep()
        now = datetime.now(UTC)
        snapshot_id = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}-{secrets.token_hex(3)}"
        draft = self.draft(snapshot_id)
        draft.mkdir()
        milvus = self._milvus if self._into_milvus else None
        return SnapshotWriter(draft, snapshot_id, now.isoformat(timespec="seconds"), milvus, before, maker)

    def check(self, folder: Path, manifest: Manifest) -> None:
        """Open a snapshot in any folder, and count. Raises SnapshotCorrupt, SnapshotMismatch, IndexUnavailable."""
        check_content(folder, manifest, self._milvus)

    def open_draft(self, snapshot_id: str) -> Snapshot:
        """Open a draft; what is open stays whole when the draft is published or discarded."""
        return Snapshot.open(self.draft(snapshot_id), milvus=self._milvus)

    def publish(self, snapshot_id: str) -> None:
        """Make a draft a snapshot, and the current one. Call it under the lock."""
        self.adopt(self.draft(snapshot_id), snapshot_id)
        self.switch(snapshot_id)

    @property
    def arriving(self) -> Path:
        """The folder in which a snapshot from elsewhere is gathered, which no reader sees."""
        return self.folder / _ARRIVING

    def adopt(self, folder: Path, snapshot_id: str) -> None:
        """Make a folder of this archive's that holds a whole snapshot one of its snapshots. Call it under the lock."""
        folder.rename(self.folder / snapshot_id)
        sync(self.folder)

    def discard(self, snapshot_id: str) -> None:
        """Remove a draft. Call it under the lock."""
        shutil.rmtree(self.draft(snapshot_id))

    def switch(self, snapshot_id: str) -> None:
        """Make a snapshot the current one; the alias in Milvus goes first, the pointer is what counts."""
        collection = self.manifest(snapshot_id).milvus
        if self._milvus and collection:
            self._milvus.point(collection)
        pointer = self.folder / f".{_CURRENT}"
        pointer.write_text(snapshot_id + "\n", encoding="ascii")
        sync(pointer)
        pointer.replace(self.folder / _CURRENT)
        sync(self.folder)

    def rollback(self, snapshot_id: str | None = None) -> Manifest:
        """Go back to a snapshot, by default the one before the current; it is verified first."""
        snapshot_id = snapshot_id or before(self.ids(), self.current_id())
        manifest = self.verify(snapshot_id)
        self.switch(snapshot_id)
        return manifest

    def prune(self, keep: int) -> list[str]:
        """Remove all but the ``keep`` newest snapshots and the current one; return what was removed.

        In Milvus one more stays, which others may still answer from until they have seen the new one.
        """
        current, known = self.current_id(), self.ids()
        newest = known[-keep:] if keep else []
        gone = [snapshot_id for snapshot_id in known if snapshot_id not in newest and snapshot_id != current]
        for snapshot_id in gone:
            # Renamed first, so that no reader takes a half-removed folder for a snapshot.
            doomed = self.draft(snapshot_id)
            (self.folder / snapshot_id).rename(doomed)
            shutil.rmtree(doomed)
        if self._milvus:
            self._milvus.keep({*known[-keep - 1 :], *([current] if current else [])})
        return gone

    def draft(self, snapshot_id: str) -> Path:
        """Return the folder of a draft."""
        return self.folder / f"{_DRAFT}{snapshot_id}"

    def _sweep(self) -> None:
        # What a killed ingest left behind; under the lock nobody else is writing one.
        for path in self.folder.glob(f"{_DRAFT}*"):
            shutil.rmtree(path)


def before(ids: Sequence[str], current: str | None) -> str:
    """Return the newest id that is older than the current one. Raises SnapshotError."""
    older = [other for other in ids if other < (current or "")]
    if not older:
        raise SnapshotError("there is no snapshot before the current one to go back to")
    return max(older)
