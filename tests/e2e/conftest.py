"""The product as its users run it: the command line, and a server on a port of this machine."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.e2e.served import served

# Tests that run in the background of a shell ignore SIGINT, and so would what they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "content" / "pages"
PATIENCE = 120  # seconds; a machine may be busy with other tests
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process with these settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GLOSSATOR_")}
    given = {f"GLOSSATOR_{name.upper()}": value for name, value in settings.items()}
    return (
        plain
        | {"GLOSSATOR_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "GLOSSATOR_ENCODER": "torch"}
        | given
    )


def glossator(
    data_dir: Path, *arguments: str, typed: str | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end; ``typed`` is what it reads from standard input."""
    return subprocess.run(
        [sys.executable, "-m", "glossator", *arguments],
        input=typed, capture_output=True, text=True, cwd=data_dir.parent, env=environment(data_dir, **settings),
        timeout=600,
    )  # fmt: skip


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[str]:
    """Run a server on a free port and give its address."""
    command = [sys.executable, "-m", "glossator", "serve", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=data_dir.parent, env=environment(data_dir, **settings)
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://[^/]+", line)
        assert address, f"the server said {line!r}"
        yield address.group()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) in {0, -signal.SIGTERM}
        process.stdout.close()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the glossary that ships, ingested by the command line with the real model."""
    own = tmp_path_factory.getbasetemp()
    data_dir = tmp_path_factory.mktemp("shipped") / "var"
    shutil.copytree(_ingested(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own), data_dir)
    return data_dir


def _ingested(folder: Path) -> Path:
    """Ingest the glossary that ships below a folder that all workers share, unless one of them has; nobody else uses it."""
    with (folder / "ingested.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ingested").exists():
            draft = folder / "draft"
            draft.mkdir()
            done = glossator(draft / "var", "ingest", str(PAGES))
            assert done.returncode == 0, done.stderr
            draft.rename(folder / "ingested")
    return folder / "ingested" / "var"


async def _host(request: Request) -> Response:
    service, site = request.query_params.get("service", ""), request.query_params.get("site", "")
    policy = f"default-src 'none'; script-src {service}; connect-src {service}; require-trusted-types-for 'script'"
    body = (
        "<!doctype html><html lang=en><title>Host</title><main><h1>Host page</h1><p>Text of the host.</p></main>"
        f'<script async src="{service}/widget.js" data-site-id="{site}"></script></html>'
    )
    return HTMLResponse(body, headers={"Content-Security-Policy": policy})


@contextmanager
def folder_served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port and give its origin."""
    with served(Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])) as origin:
        yield origin


@pytest.fixture(scope="session")
def host_page() -> Iterator[str]:
    """The address of a page on another origin, under a strict policy; it takes ``?service=ADDRESS&site=ID``."""
    with served(Starlette(routes=[Route("/", _host)])) as origin:
        yield origin


@pytest.fixture(scope="session")
def server(shipped: Path, host_page: str) -> Iterator[str]:
    """The address of a server that answers from the glossary that ships."""
    sites = [{"id": "default"}, {"id": "shop", "title": "Ask the shop", "allowed_origins": [host_page]}]
    with serving(shipped, site=json.dumps(sites)) as address:
        yield address
