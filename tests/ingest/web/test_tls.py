"""HTTPS and HTTP/2 over a real connection: the host is named and verified although its IP address is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import h2.config
import h2.connection
import h2.events
import httpcore
import pytest
import trustme

from content.errors import SourceError
from content.guard import IPAddress
from content.network import Network
from ingest.sources import Kind, RawPage, Source, WebOptions
from ingest.sources.web import read_web
from tests.ingest.web.site import HASTY


@dataclass
class Server:
    """An HTTP/2 server whose certificate is for ``docs.example.com``."""

    authority: trustme.CA = field(default_factory=trustme.CA)
    port: int = 0
    names: list[str] = field(default_factory=list)  # as TLS was told
    asked: list[tuple[str, str]] = field(default_factory=list)  # host and path of the requests

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self._reply(connection, event)
            writer.write(connection.data_to_send())
            await writer.drain()
        writer.close()

    def _reply(self, connection: h2.connection.H2Connection, event: h2.events.RequestReceived) -> None:
        headers = dict(event.headers)
        self.asked.append((headers[":authority"], headers[":path"]))
        found = headers[":path"] == "/"
        answer = [(":status", "200" if found else "404"), ("content-type", "text/html")]
        connection.send_headers(event.stream_id, answer)
        connection.send_data(event.stream_id, b"<title>Docs</title><p>A page over HTTP/2.", end_stream=True)

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert("docs.example.com").configure_cert(context)
        context.set_alpn_protocols(["h2"])
        context.sni_callback = lambda connection, name, _: self.names.append(name)
        return context


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(running.answer, "127.0.0.1", 0, ssl=running.context())
        running.port = listening.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        listening.close()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    yield running
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


class ToLoopback(httpcore.AnyIOBackend):
    """Connects to loopback whatever public address it is told, as if the route went there."""

    async def connect_tcp(self, host, *arguments, **options):
        assert host == "93.184.215.14"
        return await super().connect_tcp("127.0.0.1", *arguments, **options)


async def resolve(host: str) -> list[IPAddress]:
    return [ipaddress.ip_address("93.184.215.14")]


def read(server: Server, host: str, trust: bool = True) -> list[object]:
    def context() -> ssl.SSLContext:
        client = ssl.create_default_context()
        if trust:
            server.authority.configure_trust(client)
        return client

    source = Source(f"https://{host}:{server.port}/", kind=Kind.PAGE, web=WebOptions(delay=0.0, ports=(server.port,)))
    network = Network(resolve=resolve, connect=ToLoopback(), trust=context)
    return list(read_web(source, manners=replace(HASTY, attempts=1), network=network))


def test_the_host_is_named_and_verified(server):
    server.names.clear()
    server.asked.clear()
    (page,) = read(server, "docs.example.com")
    assert isinstance(page, RawPage)
    assert page.data == b"<title>Docs</title><p>A page over HTTP/2."
    assert server.names == ["docs.example.com"]
    assert server.asked == [(f"docs.example.com:{server.port}", path) for path in ("/robots.txt", "/")]


def test_a_certificate_for_another_host(server):
    with pytest.raises(SourceError, match="certificate"):
        read(server, "other.example.com")


def test_a_certificate_that_nobody_vouches_for(server):
    with pytest.raises(SourceError, match="certificate"):
        read(server, "docs.example.com", trust=False)
