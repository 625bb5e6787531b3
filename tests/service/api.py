"""The application in this process, over ASGI."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from service.app import create_app
from service.settings import Settings, load_settings
from tests.fakes import HashingEmbedder


@asynccontextmanager
async def client(
    data_dir: Path, embedder: HashingEmbedder | None = None, **settings: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application and give a client for it; it keeps no questions, since tests share data folders."""
    configured: Settings = load_settings(data_dir=data_dir, **({"question_days": 0} | settings))
    app = create_app(configured, embedder or HashingEmbedder())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http,
    ):
        http.app = app  # type: ignore[attr-defined]
        yield http


def events(body: str) -> list[tuple[str, Any]]:
    """Parse server-sent events into names and data."""
    found = []
    for block in body.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found
