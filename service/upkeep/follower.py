"""The follower: keeps the data folder of a replica at what the snapshot store says is current."""

from __future__ import annotations

import logging
import time

from content.archive import Archive
from content.depot import Depot
from content.embedding import Embedder
from content.errors import IngestRunning, NotFound, SnapshotError
from content.replica import follow
from service.settings import Settings
from service.upkeep.interval import seconds

_log = logging.getLogger("glossator.follower")
_LONGEST_WAIT = 300.0  # seconds between two looks at a depot that gives nothing that can be used


def configured_depot(settings: Settings) -> Depot | None:
    """Return the depot that the settings name."""
    if settings.snapshot_store is None:
        return None
    return Depot(settings.snapshot_store, seconds(settings.snapshot_grace))


class Follower:
    """Keeps the archive of a replica at what the depot says is current, looking every ``interval`` seconds."""

    def __init__(self, depot: Depot, archive: Archive, embedder: Embedder, interval: float, keep: int) -> None:
        self._depot = depot
        self._archive = archive
        self._embedder = embedder
        self._interval = self._wait = interval
        self._keep = keep
        self._next_look = 0.0
        self.problem: str | None = None

    def look(self) -> None:
        """Take over what is new, where it is time to look. A problem is logged once; what is here stays in use."""
        if time.monotonic() < self._next_look:
            return
        try:
            self._take_over()
        except IngestRunning:
            pass  # a process beside this one takes it over, or publishes
        except (SnapshotError, NotFound, OSError) as error:
            if str(error) != self.problem:
                _log.error("the snapshot store cannot be followed at the moment: %s", error)
            self.problem, self._wait = str(error), min(2 * self._wait, _LONGEST_WAIT)
        else:
            self.problem, self._wait = None, self._interval
        self._next_look = time.monotonic() + self._wait

    def _take_over(self) -> None:
        if self._depot.current_id() in {None, self._archive.current_id()}:
            return
        with self._archive.lock():
            follow(self._depot, self._archive, self._embedder.card)
            self._archive.prune(self._keep)
