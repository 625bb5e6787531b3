"""Work that is not broken off half-way when the service stops: a thread of SQLite's must not outlive its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

_GRACE = 10.0  # seconds that work may still take when the service stops
_T = TypeVar("_T")


async def unbroken(work: Coroutine[None, None, _T]) -> _T:
    """Return what the work returns. Where the caller is cancelled, the work is still done to its end, within a time."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_GRACE)
        task.cancel()
        raise
