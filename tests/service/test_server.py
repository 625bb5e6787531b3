"""What a reverse proxy forwards, and whose word counts."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from service.server import configuration
from service.settings import load_settings

pytestmark = pytest.mark.anyio
PROXY = "10.0.0.7"
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def seen(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what a request looks like to the application."""
    request = Request(scope)
    assert request.client
    await JSONResponse([request.url.scheme, request.client.host])(scope, receive, send)


@pytest.mark.parametrize(
    ("trusted", "peer", "expected"),
    [
        ((), PROXY, ["http", PROXY]),
        ((), "127.0.0.1", ["http", "127.0.0.1"]),
        ((PROXY,), PROXY, ["https", "203.0.113.9"]),
        (("10.0.0.0/8",), PROXY, ["https", "203.0.113.9"]),
        ((PROXY,), "10.0.0.8", ["http", "10.0.0.8"]),
    ],
)
async def test_proxies_are_believed_where_they_are_trusted(trusted, peer, expected):
    config = configuration(load_settings(trusted_proxies=trusted), seen)
    config.load()
    transport = httpx.ASGITransport(app=config.loaded_app, client=(peer, 4321))
    async with httpx.AsyncClient(transport=transport, base_url="http://ask.example") as http:
        assert (await http.get("/", headers=FORWARDED)).json() == expected
