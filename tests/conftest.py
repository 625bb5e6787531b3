"""What holds for all tests: no network but loopback, no model hub, and the corpora that many of them share."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from content.snapshot import Snapshot
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, open_snapshot, write_pages

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

# The same examples in every run, each with as much time as a busy machine needs.
hypothesis.settings.load_profile("ci")

SHARED = Path(__file__).parents[2] / "shared"


def _refuse_elsewhere(host: object) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host is None or host == "localhost":
        return
    try:
        allowed = ipaddress.ip_address(str(host)).is_loopback or ipaddress.ip_address(str(host)).is_unspecified
    except ValueError:
        allowed = False
    if not allowed:
        raise RuntimeError(f"a test tried to reach {host}; tests talk to this machine alone")


def _connecting(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple):
            _refuse_elsewhere(address[0])
        return connect(self, address)

    return guarded


def _resolving(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_elsewhere(host)
        return resolve(host, *args, **kwargs)

    return guarded


# No audit hook: one that is written in Python lets another thread run while coverage installs its tracer in a new thread, which
# CPython 3.11 then refuses.
socket.socket.connect = _connecting(socket.socket.connect)  # type: ignore[method-assign]
socket.socket.connect_ex = _connecting(socket.socket.connect_ex)  # type: ignore[method-assign]
socket.getaddrinfo = _resolving(socket.getaddrinfo)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("GLOSSATOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture(scope="session")
def glossary_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published snapshot of a small glossary; tests must not change it."""
    folder = tmp_path_factory.mktemp("glossary")
    ingest_folder(folder / "var", write_pages(folder / "pages", GLOSSARY))
    return folder / "var"


@pytest.fixture
def glossary(glossary_dir: Path) -> Iterator[Snapshot]:
    snapshot = open_snapshot(glossary_dir)
    yield snapshot
    snapshot.catalog.close()


@pytest.fixture(scope="session")
def evaldata() -> Path:
    folder = SHARED / "evaldata"
    if not folder.is_dir():
        pytest.skip(f"the public question sets are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def hostile() -> Path:
    folder = SHARED / "hostile" / "dev"
    if not folder.is_dir():
        pytest.skip(f"the hostile test data are not at {folder}")
    return folder
