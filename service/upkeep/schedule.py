"""The schedule: sources that have one are ingested when they are due, by the command line in a child process."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from content.alone import alone
from service.settings import Settings
from service.sources import SourceSettings
from service.upkeep import child
from service.upkeep.interval import seconds

_log = logging.getLogger("glossator.schedule")
_LOCK = "schedule.lock"
_RUNS = "schedule.json"
_TRY_AGAIN = 10.0  # seconds between two looks whether another process still keeps the schedule
_LONGEST_SLEEP = 60.0  # seconds; the clock of the machine may be set
_LINES = 40  # of a child's output are kept and logged


@dataclass(frozen=True, slots=True)
class Run:
    """The last ingest of a source: when it started (seconds since 1970), its exit status, its last lines.

    ``status`` is None while it runs, and where it was broken off.
    """

    location: str
    collection: str
    started: float
    status: int | None = None
    seconds: float = 0.0
    said: tuple[str, ...] = ()


class Schedule:
    """Ingests sources when they are due, one at a time.

    When each was last begun is kept in the data folder, so a restart is no reason to ingest. Of several processes that
    serve one data folder the first keeps the schedule; when it ends, the kernel drops its lock and another takes over.
    """

    def __init__(self, settings: Settings, command: Sequence[str] = child.COMMAND) -> None:
        self._data_dir = settings.data_dir
        self._sources = _scheduled(settings)
        self._command = (*command, "--data-dir", str(settings.data_dir), "ingest")
        self._runs: dict[tuple[str, str], Run] = {}

    async def watch(self) -> None:
        """Ingest what is due, until cancelled; a child that is at work then is ended."""
        while self._sources:
            try:
                self._data_dir.mkdir(parents=True, exist_ok=True)
                with alone(self._data_dir / _LOCK) as here:
                    if here:
                        await self._keep()
            except OSError as error:
                _log.warning("the schedule cannot be kept at the moment: %s", error)
            await asyncio.sleep(_TRY_AGAIN)

    async def _keep(self) -> None:
        self._runs = runs_of(self._data_dir)
        while True:
            for source in self._sources:
                if self._wait(source) <= 0:
                    await self._ingest(source)
            await asyncio.sleep(min(_LONGEST_SLEEP, *map(self._wait, self._sources)))

    def _wait(self, source: SourceSettings) -> float:
        """Return in how many seconds a source is due."""
        run = self._runs.get((source.location, source.collection))
        now = time.time()
        if run is None or run.started > now:  # the clock was set back
            return 0
        return max(0, run.started + seconds(source.schedule or "") - now)

    async def _ingest(self, source: SourceSettings) -> None:
        run = Run(source.location, source.collection, time.time())
        self._remember(run)
        begun = time.monotonic()
        _log.info("ingesting %s (%s)", source.location, source.collection)
        status, output = await child.run((*self._command, "--collection", source.collection, "--", source.location))
        took = round(time.monotonic() - begun, 1)
        said = tuple(output.splitlines()[-_LINES:])
        self._remember(Run(run.location, run.collection, run.started, status, took, said))
        level = logging.INFO if status == 0 else logging.WARNING
        _log.log(level, "ingested %s: exit status %s, %s s\n%s", source.location, status, took, "\n".join(said))

    def _remember(self, run: Run) -> None:
        self._runs[run.location, run.collection] = run
        configured = {(source.location, source.collection) for source in self._sources}
        runs = [asdict(one) for key, one in self._runs.items() if key in configured]
        draft = self._data_dir / f".{_RUNS}"
        draft.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(self._data_dir / _RUNS)


def last_runs(settings: Settings) -> list[Run]:
    """Return the last ingest of each source that has a schedule, whichever process did it."""
    runs = runs_of(settings.data_dir)
    keys = ((source.location, source.collection) for source in _scheduled(settings))
    return [runs[key] for key in keys if key in runs]


def _scheduled(settings: Settings) -> list[SourceSettings]:
    return [source for source in settings.source if source.schedule]


def runs_of(data_dir: Path) -> dict[tuple[str, str], Run]:
    """Return the last run of each source, by location and collection.

    There are none where the file is missing or cannot be read: then everything is due.
    """
    path = data_dir / _RUNS
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        runs = [Run(**{**one, "said": tuple(one["said"]), "started": float(one["started"])}) for one in said]
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError) as error:
        _log.warning("%s cannot be read (%s): every source counts as due", path, error)
        return {}
    return {(run.location, run.collection): run for run in runs}
