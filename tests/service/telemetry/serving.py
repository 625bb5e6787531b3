"""The service in a process of its own, with an embedder that needs no model: ``python -m … DATA_DIR``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from service.app import create_app
from service.server import serve
from service.settings import Settings, load_settings
from service.telemetry import logs
from tests.fakes import HashingEmbedder


@dataclass
class Served:
    """A running service: its address, its process, and once it has ended what it logged."""

    address: str
    process: subprocess.Popen[str]
    logged: str = ""


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[Served]:
    """Run the service on a free port, and stop it."""
    given = {f"GLOSSATOR_{name.upper()}": value for name, value in settings.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.service.telemetry.serving", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | given,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        served = Served(process.stdout.readline().strip(), process)
        try:
            assert served.address.startswith("http"), process.communicate()[1]
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            served.logged = process.communicate(timeout=120)[1]


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings(data_dir=Path(sys.argv[1]), port=0, question_days=0)
    logs.configure(settings.log_format)
    serve(settings, application, lambda address: print(address.rstrip("/"), flush=True))


def application(settings: Settings) -> FastAPI:
    """Return the application of one process."""
    logs.configure(settings.log_format)
    return create_app(settings, HashingEmbedder())


if __name__ == "__main__":
    main()
