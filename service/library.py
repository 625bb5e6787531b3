"""The library: the snapshot that the service answers from, exchanged when a new one is published."""

from __future__ import annotations

import asyncio
import logging

from content.archive import Archive
from content.embedding import Embedder
from content.errors import IndexUnavailable, NoSnapshot, SnapshotError
from content.snapshot import Snapshot
from service.upkeep.follower import Follower

_log = logging.getLogger("glossator.library")
_INTERVAL = 1.0  # seconds between two looks at the pointer


class Library:
    """Gives out the current snapshot.

    Whoever works with a snapshot keeps it until done: an exchange between two questions disturbs neither.
    """

    def __init__(self, archive: Archive, embedder: Embedder, follower: Follower | None = None) -> None:
        self._archive = archive
        self._embedder = embedder
        self._follower = follower
        self._current: Snapshot | None = None
        self._refused: str | None = None
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the newest snapshot is not the one in use, None where it is."""
        return self._problem or (self._follower.problem if self._follower else None)

    @property
    def has_snapshot(self) -> bool:
        """Whether there is a snapshot to answer from."""
        return self._current is not None

    @property
    def current(self) -> Snapshot:
        """The snapshot to answer from. Raises NoSnapshot where there is none that can be."""
        if self._current is None:
            raise NoSnapshot(self.problem or "nothing has been published yet. Run: glossator ingest FOLDER")
        return self._current

    def refresh(self) -> None:
        """Open the current snapshot if it is another than the one in use.

        One that cannot be opened is logged once and left alone; the service goes on with what it has.
        """
        if self._follower is not None:
            self._follower.look()
        snapshot_id = self._archive.current_id()
        if snapshot_id is None or snapshot_id == self._refused:
            return
        if self._current is not None and snapshot_id == self._current.snapshot_id:
            return
        try:
            snapshot = self._archive.open_current(self._embedder.card)
            snapshot.load()
        except SnapshotError as error:
            self._refused, self._problem = snapshot_id, str(error)
            _log.error("snapshot %s is not used: %s", snapshot_id, error)
            return
        except IndexUnavailable as error:  # it may be back at the next look
            if self._problem != str(error):
                self._problem = str(error)
                _log.warning("snapshot %s cannot be used yet: %s", snapshot_id, error)
            return
        self._current, self._refused, self._problem = snapshot, None, None
        _log.info("answering from snapshot %s: %d pages", snapshot_id, snapshot.manifest.pages)

    async def watch(self) -> None:
        """Refresh whenever a new snapshot is published, until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL)
            await asyncio.to_thread(self.refresh)
