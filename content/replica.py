"""A replica: an archive that follows a depot. Call everything here under the archive's lock."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from content.archive import Archive, before
from content.depot import Depot
from content.embedding import ModelCard
from content.errors import NoRoom, SnapshotError
from content.manifest import FileState, Manifest, digest
from content.snapshot import sync_tree

_log = logging.getLogger("glossator.replica")
_RESERVE = 64 << 20  # bytes of the disk that stay free for the spool and the database


def follow(depot: Depot, archive: Archive, card: ModelCard | None = None) -> str | None:
    """Make what the depot says is current the current one here; fetch it if need be. Return its id.

    A depot where nothing was published yet changes nothing. Raises SnapshotMismatch for one that another model than
    ``card`` made, SnapshotError, NotFound where it was pruned meanwhile.
    """
    snapshot_id = depot.current_id()
    if snapshot_id is not None and snapshot_id != archive.current_id():
        if snapshot_id not in archive.ids():
            _fetch(depot, archive, snapshot_id, card)
        archive.switch(snapshot_id)
    return snapshot_id


def roll_back(depot: Depot, archive: Archive, snapshot_id: str | None = None) -> Manifest:
    """Have all replicas go back to a snapshot, by default the one before the current; it is verified first.

    Raises SnapshotError, NotFound, Conflict.
    """
    former = depot.current_id()
    snapshot_id = snapshot_id or before(depot.ids(), former)
    if snapshot_id not in archive.ids():
        _fetch(depot, archive, snapshot_id)
    manifest = archive.verify(snapshot_id)
    depot.switch(snapshot_id, former)
    archive.switch(snapshot_id)
    return manifest


def _fetch(depot: Depot, archive: Archive, snapshot_id: str, card: ModelCard | None = None) -> None:
    """Bring a snapshot here and verify it whole.

    Files that an earlier fetch has left, or another snapshot has, are not fetched again.
    """
    manifest = depot.manifest(snapshot_id)
    if card is not None:
        manifest.check_model(card)
    draft = archive.arriving
    draft.mkdir(parents=True, exist_ok=True)
    _clear(draft, manifest)
    missing = {name: state for name, state in manifest.files.items() if not _take(draft / name, state, archive)}
    _check_room(draft, manifest, missing)
    for name, state in missing.items():
        depot.fetch(state, draft / name)
    manifest.write(draft)
    archive.check(draft, manifest)
    sync_tree(draft)
    archive.adopt(draft, snapshot_id)
    size = sum(state.bytes for state in missing.values())
    _log.info("fetched snapshot %s: %d of %d files, %d bytes", snapshot_id, len(missing), len(manifest.files), size)


def _clear(draft: Path, manifest: Manifest) -> None:
    """Leave nothing in the folder that does not belong to the snapshot; make the folders that it has."""
    for path in sorted(draft.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(draft).as_posix() not in manifest.files:
            path.unlink()
    for name in manifest.files:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)


def _take(target: Path, state: FileState, archive: Archive) -> bool:
    """Whether a file is there already, from before or from another snapshot here, whose link it becomes."""
    if not target.exists():
        twin = _twin(archive, state)
        if twin is None:
            return False
        try:
            os.link(twin, target)
        except OSError as error:
            _log.debug("%s cannot be linked and is fetched: %s", twin, error)
            return False
    if target.stat().st_size == state.bytes and digest(target) == state.sha256:
        return True
    target.unlink()
    return False


def _twin(archive: Archive, state: FileState) -> Path | None:
    for snapshot_id in reversed(archive.ids()):
        try:
            files = archive.manifest(snapshot_id).files
        except SnapshotError:  # of another version; it has nothing to give
            continue
        for name, known in files.items():
            if known == state:
                return archive.path(snapshot_id) / name
    return None


def _check_room(draft: Path, manifest: Manifest, missing: dict[str, FileState]) -> None:
    needed = sum(state.bytes for state in missing.values()) + _RESERVE
    free = shutil.disk_usage(draft).free
    if needed > free:
        raise NoRoom(
            f"snapshot {manifest.snapshot_id} needs {needed:,} bytes on the disk of {draft.parent}, {free:,} are free. "
            "Make room, or lower keep_snapshots and run: glossator snapshots prune"
        )
