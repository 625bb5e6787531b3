"""The worker: the one thread in which embedding and searching run, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from content.errors import Busy

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Worker:
    """Runs one piece of work after the other. One thread, since the model uses all cores for a single text."""

    def __init__(self, most_waiting: int) -> None:
        self._most = most_waiting
        self._waiting = 0
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="glossator-worker")

    @property
    def waiting(self) -> int:
        """How many wait for their work to be done; those who left do not count."""
        return self._waiting

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what the work returns. Raises Busy where too much waits already."""
        if self._waiting >= self._most:
            raise Busy(f"{self._waiting} questions are waiting already. Try again in a moment.")
        self._waiting += 1
        try:
            future = self._executor.submit(work, *args, **kwargs)
            return await asyncio.wrap_future(future)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Finish what runs, drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)
