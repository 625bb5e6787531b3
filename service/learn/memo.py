"""What was computed of late and is given out again: reports that take longer than anyone wants to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

_STALE = 10  # times its life that something is given out once more while it is computed anew
_MOST = 200  # what is kept
_REST = 20  # times as long as computing it took, something is new at least: a twentieth of the time goes into it
_T = TypeVar("_T")


@dataclass(slots=True)
class _Kept:
    begun: float
    computed: asyncio.Task[Any]
    took: float = 0.0

    @property
    def failed(self) -> bool:
        done = self.computed.done()
        return done and (self.computed.cancelled() or self.computed.exception() is not None)


class Memo:
    """Results of late: new for ``life`` seconds; then who asks gets one once more, and has it computed anew.

    What takes long to compute is new for longer. With a life of 0 nothing is kept. ``clock`` returns seconds.
    """

    def __init__(self, life: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._life = life
        self._clock = clock
        self._kept: dict[Hashable, _Kept] = {}

    async def get(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Return a result. Raises what ``compute`` raises."""
        kept = self._kept.get(key)
        if kept is None or kept.failed or self._age_of(kept) >= self._life_of(kept) * _STALE:
            kept = self._begin(key, compute)
        elif self._is_due(kept):
            self._begin(key, compute)
        found: _T = await asyncio.shield(kept.computed)
        return found

    async def prepare(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Compute a result that is not new before somebody asks for it. Raises what ``compute`` raises."""
        if not self._life:
            return
        kept = self._kept.get(key)
        if kept is None or kept.failed or self._is_due(kept):
            await asyncio.shield(self._begin(key, compute).computed)

    def forget(self) -> None:
        """Forget all, since somebody was erased."""
        self._kept.clear()

    def _age_of(self, kept: _Kept) -> float:
        return self._clock() - kept.begun

    def _life_of(self, kept: _Kept) -> float:
        return max(self._life, _REST * kept.took) if self._life else 0.0

    def _is_due(self, kept: _Kept) -> bool:
        return kept.computed.done() and self._age_of(kept) >= self._life_of(kept)

    def _begin(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, Any]]) -> _Kept:
        async def timed() -> Any:
            found = await compute()
            kept.took = self._age_of(kept)
            return found

        kept = _Kept(self._clock(), asyncio.create_task(timed()))
        self._kept.pop(key, None)
        self._kept[key] = kept
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return kept
