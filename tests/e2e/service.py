"""The service with the embedder that needs no model, as a process that can be killed and started again.

python -m tests.e2e.service PORT
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from pathlib import Path

from fastapi import FastAPI

from service.app import create_app
from service.server import serve
from service.settings import Settings, load_settings
from tests.e2e.conftest import PATIENCE, ROOT, environment
from tests.fakes import HashingEmbedder
from tests.postgres import free_port


class Service:
    """A service on a port of its own, with these settings. Its log is in ``log``."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self._environment = environment(data_dir, **settings)
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self.log = data_dir.with_suffix(".log")

    @property
    def netloc(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self._port}"

    def address(self) -> str:
        """Return where it is."""
        return f"http://{self.netloc}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.service", str(self._port)],
                stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT, env=self._environment,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http://" in line, self.log.read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(how)
        self._process.wait(timeout=PATIENCE)
        self._process.stdout.close()


def application(settings: Settings) -> FastAPI:
    """Return the application of one serving process."""
    logging.basicConfig(level=logging.INFO)
    return create_app(settings, HashingEmbedder())


if __name__ == "__main__":
    serve(load_settings(port=int(sys.argv[1])), application, lambda address: print(address, flush=True))
