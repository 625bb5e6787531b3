"""A Redis of one's own on loopback, from the system's binary; it can be stopped, frozen and started again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import free_port

_STARTING = 60  # seconds


class Redis:
    """A server that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        where = ("--bind", "127.0.0.1", "--port", str(self._port), "--dir", str(self._folder))
        command = ["redis-server", *where, "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._port)

    def signal(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def stop(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def is_installed() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def running(folder: Path) -> Iterator[Redis]:
    """Run a server for a while."""
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port of this machine."""
    until = time.monotonic() + _STARTING
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < until, f"nobody listens on port {port}"
            time.sleep(0.05)
