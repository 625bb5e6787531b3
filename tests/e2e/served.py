"""An application on a port of this machine, in one thread of its own for all that it is asked."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class Served:
    """An application that is served by this process. Its event loop takes what a test puts into it."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)
        self.loop: asyncio.AbstractEventLoop

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            runner.run(self._server.serve())

    def start(self) -> str:
        """Start; return its origin."""
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Stop; what is still being answered after a second is broken off."""
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), f"the server goes on:\n{self._stack()}"

    def _stack(self) -> str:
        """Return where the server's thread is, and what its event loop still has to do."""
        assert self._thread.ident is not None
        frame = sys._current_frames().get(self._thread.ident)
        tasks = "\n".join(map(repr, asyncio.all_tasks(self.loop)))
        return "".join(traceback.format_stack(frame)) + tasks


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application and give its origin."""
    serving = Served(app)
    try:
        yield serving.start()
    finally:
        serving.stop()
