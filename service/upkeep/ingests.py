"""Ingests that the owner starts over HTTP: the command line in a child process, one at a time, kept in the store."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence

from content.errors import Conflict, InvalidQuestion, StoreUnavailable
from service.settings import Settings
from service.store import jobs
from service.store.rows import Job
from service.store.store import Store
from service.upkeep.child import COMMAND, started

_log = logging.getLogger("glossator.ingests")
_LINES = 200  # of a child's output are kept
_TOLD_EVERY = 1.0  # seconds; how often what a child has said so far is kept


class Ingests:
    """Runs ingests in the background."""

    def __init__(self, settings: Settings, store: Store, command: Sequence[str] = COMMAND) -> None:
        self._settings = settings
        self._store = store
        self._command = (*command, "--data-dir", str(settings.data_dir), "ingest")
        self._running: asyncio.Task[None] | None = None

    async def start(self, sources: Sequence[str], options: Sequence[str], by: str) -> Job:
        """Begin an ingest of configured sources, all where none is named.

        Raises InvalidQuestion for a source that the configuration does not name: what this machine can read is not for
        everybody with a key to read. Raises Conflict while another runs.
        """
        known = {source.location for source in self._settings.source}
        for source in sources:
            if source not in known:
                raise InvalidQuestion(f"{source!r} is no source of glossator.toml; add it there as a [[source]]")
        if self._running is not None and not self._running.done():
            raise Conflict("an ingest is running already; wait for its end")
        arguments = [*options, "--", *sources]
        job = await jobs.begin(self._store.database, arguments, by)
        self._running = asyncio.create_task(self._run(job.id, arguments))
        return job

    async def stop(self) -> None:
        """End what runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self, job_id: str, arguments: Sequence[str]) -> None:
        said: deque[str] = deque(maxlen=_LINES)
        try:
            status = await self._follow(job_id, (*self._command, *arguments), said)
        except asyncio.CancelledError:
            await self._end(job_id, -1, "The service was stopped, and the ingest with it.")
            raise
        except OSError as error:
            status, said = -1, deque([f"the command line could not be started: {error}"])
        await self._end(job_id, status, "\n".join(said))

    async def _follow(self, job_id: str, command: Sequence[str], said: deque[str]) -> int:
        """Run a command to its end; keep what it says while it says it. Return its exit status."""
        told = time.monotonic()
        async with started(command) as process:
            assert process.stdout is not None, "it is a pipe"
            while line := await process.stdout.readline():
                said.append(line.decode(errors="replace").rstrip())
                if time.monotonic() - told >= _TOLD_EVERY:
                    told = time.monotonic()
                    await self._tell(job_id, "\n".join(said))
            return await process.wait()

    async def _tell(self, job_id: str, output: str) -> None:
        try:
            await jobs.tell(self._store.database, job_id, output)
        except StoreUnavailable as error:
            _log.debug("how the ingest %s goes could not be kept: %s", job_id, error)

    async def _end(self, job_id: str, status: int, output: str) -> None:
        try:
            await jobs.end(self._store.database, job_id, status, output)
        except StoreUnavailable as error:
            _log.error("how the ingest %s ended (exit status %s) could not be kept: %s", job_id, status, error)
