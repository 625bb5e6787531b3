"""The Model Context Protocol at ``/mcp``, loaded with the first request that asks for it."""

from __future__ import annotations

import asyncio
from importlib import import_module

from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.visitor import Services


class Endpoint:
    """Answers at ``/mcp`` while ``run`` goes on.

    The protocol's package takes two fifths of a second to import, and most sites are never asked by an MCP client; so
    it is loaded with the first request.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._wanted = asyncio.Event()
        self._ready = asyncio.Event()
        self._answers: ASGIApp | None = None

    async def run(self) -> None:
        """Load what answers once it is wanted, and hold it until this is cancelled."""
        self._ready.clear()
        await self._wanted.wait()
        try:
            mcp = await asyncio.to_thread(import_module, "service.mcp")
            async with mcp.over_http(self._services) as self._answers:
                self._ready.set()
                await asyncio.Event().wait()
        finally:
            self._answers = None
            self._ready.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._wanted.set()
        await self._ready.wait()
        assert self._answers is not None, "the service ends, or the protocol's package cannot be imported"
        await self._answers(scope, receive, send)
