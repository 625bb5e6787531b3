"""Clients who go away before they are answered: the work for them stops, whatever they speak."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn

from service.app import create_app
from service.settings import load_settings
from tests.fakes import HashingEmbedder
from tests.service.test_mcp import INITIALIZE

pytestmark = pytest.mark.anyio


class GatedEmbedder(HashingEmbedder):
    """Embeds no question before its gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def encode_questions(self, texts):
        if texts != ["ready"]:
            self.gate.wait(120)
        return super().encode_questions(texts)


@asynccontextmanager
async def serving(app):
    """Serve on a free port in this loop and give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve([listening]))
        await until(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


async def until(holds):
    """Wait for something to be so."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 (the service tells of no such moment)
            await asyncio.sleep(0.01)


JSON = {"Accept": "application/json"}
MESSAGES = [{"role": "user", "content": "What is softmax?"}]
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": "What is softmax?"}},
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": INITIALIZE["params"]["clientInfo"],
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/v1/chat", {"message": "What is softmax?"}, {}),
        ("/v1/chat", {"message": "What is softmax?"}, JSON),
        ("/v1/chat/completions", {"messages": MESSAGES}, JSON),
        ("/v1/chat/completions", {"messages": MESSAGES, "stream": True}, {}),
        ("/mcp", CALL, {"MCP-Protocol-Version": "2025-11-25"}),
        (
            "/mcp",
            CALL | {"params": CALL["params"] | {"_meta": MODERN}},
            {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "ask"},
        ),
    ],
    ids=["chat-stream", "chat", "completions", "completions-stream", "mcp-legacy", "mcp"],
)
async def test_who_leaves_stops_the_work(glossary_dir, path, body, headers):
    embedder = GatedEmbedder()
    app = create_app(load_settings(data_dir=glossary_dir, question_days=0), embedder)
    worker = app.state.services.worker
    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        content = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(content)}"]
        given = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | headers
        lines += [f"{name}: {value}" for name, value in given.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        try:
            await until(lambda: worker.waiting == 1)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            await until(lambda: worker.waiting == 0)
        finally:
            embedder.gate.set()
    assert len(app.state.services.conversations) == 0
