"""The analyst: computes reports, where there is much to read in a process of its own.

A thread that computes for seconds takes the interpreter's lock from the event loop again and again: while reports of
100,000 conversations were computed in a thread, the dashboard's overview took 405 ms and more (tests/bench/RESULTS.md).
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from content.errors import Busy, StoreUnavailable
from service.store.database import Database
from service.upkeep.child import started

_log = logging.getLogger("glossator.analyst")
_COMMAND = (sys.executable, "-P", "-m", "service.learn.analyst")
_NICE = 10  # visitors come first
_T = TypeVar("_T")
_Analysis = Callable[..., Coroutine[Any, Any, _T]]


class Analyst:
    """Computes one report after the other; ``apart`` says whether in processes of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._one = asyncio.Lock()
        self.apart = False

    async def compute(self, analysis: _Analysis[_T], *arguments: object) -> _T:
        """Return what an analysis (``service.learn.analyses``) makes of the database.

        Raises what it raises, and Busy where its process was ended from outside.
        """
        if not self.apart:
            return await analysis(self._database, *arguments)
        task = pickle.dumps((self._database.place, analysis, arguments))
        async with self._one, started(_COMMAND, stdin=asyncio.subprocess.PIPE, stderr=None) as process:
            output, _ = await process.communicate(task)
        if process.returncode:
            _log.warning("a process that computed a report ended with status %s", process.returncode)
            raise Busy(
                "The report could not be computed: its process was ended, perhaps for want of memory. Try again."
            )
        found = await asyncio.to_thread(pickle.loads, output)  # our own process wrote it
        if isinstance(found, StoreUnavailable):
            raise found
        result: _T = found
        return result


async def _computed(
    place: tuple[Path, str | None], analysis: _Analysis[object], arguments: tuple[object, ...]
) -> object:
    database = Database(*place)
    try:
        return await analysis(database, *arguments)
    except StoreUnavailable as error:
        return error
    finally:
        await database.close()


def main() -> None:
    """Compute what standard input asks for."""
    os.nice(_NICE)
    found = asyncio.run(_computed(*pickle.load(sys.stdin.buffer)))  # noqa: S301 - the service wrote it
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
