"""Draining: a service that is told to stop goes on for a while, and says that nothing new should be sent to it."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def draining(stopping: asyncio.Event, seconds: int) -> Iterator[None]:
    """Set ``stopping`` at the first signal to stop, and let the server have it so many seconds later.

    A second signal reaches the server at once.
    """
    if threading.current_thread() is not threading.main_thread():  # where Python has no signals
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        handle = before[signal.Signals(number)]
        if not callable(handle):
            return
        if seconds and not stopping.is_set():
            loop.call_later(seconds, handle, number, None)
        else:
            handle(number, frame)
        stopping.set()

    for number in _SIGNALS:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, before[number])
