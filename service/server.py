"""The server: listens where it is told to, and says where once it answers."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from functools import partial

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from content.errors import ConfigurationError
from service.settings import Settings
from service.telemetry.metrics import shared

_GRACE = 5  # seconds for the requests under way when the server is told to stop
# Seconds after which a thread that computes lets the event loop go on. An answer waits for several such times: with
# Python's own 5 ms, answers took three times as long at p95 while threads computed reports (tests/bench/RESULTS.md).
SWITCH_INTERVAL = 0.0005
_STARTING = 120  # seconds that a worker may take to load model and snapshot, or to show that it is alive


def serve(settings: Settings, build: Callable[[Settings], FastAPI], announce: Callable[[str], None]) -> None:
    """Serve until told to stop. ``announce`` gets the address once questions are answered there.

    With several workers each is a process that builds the application anew, so ``build`` must be a function of a
    module; they take connections from one socket and map the same snapshot. Raises ConfigurationError where it cannot
    listen.
    """
    listening = _listen(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        partial(_application, build, settings),
        factory=True,
        workers=settings.workers,
        log_config=None,  # what uvicorn logs takes the form of all other lines
        log_level="warning",
        access_log=False,  # the application has its own, without paths and queries
        timeout_graceful_shutdown=_GRACE,
        timeout_worker_healthcheck=_STARTING,
        server_header=False,
        proxy_headers=False,  # the application has its own setting of whom it believes
    )
    if settings.workers > 1:
        with shared():
            _Workers(config, [listening], lambda: announce(address)).run()
    else:
        _Server(config, lambda: announce(address)).run(sockets=[listening])


def _application(build: Callable[[Settings], FastAPI], settings: Settings) -> FastAPI:
    sys.setswitchinterval(SWITCH_INTERVAL)
    return build(settings)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


class _Workers(Multiprocess):
    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], announce: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._announce = announce

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(_STARTING, self.should_exit) for process in self.processes):
            self._announce()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol stated, asyncio sends what it has at once (TCP_NODELAY); else small replies wait 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {error}. "
            "Choose another with --host and --port, or stop what uses it."
        ) from error
    return listening
