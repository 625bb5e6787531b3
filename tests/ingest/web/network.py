# ruff: noqa: ASYNC109 (the interface of streams is httpcore's)
"""A network without wires: names resolve as a test says, and connections end in canned answers."""

from __future__ import annotations

import fnmatch
import ipaddress
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import httpcore

from content.guard import IPAddress, is_public
from content.network import Network

PUBLIC = "93.184.215.14"


@dataclass
class Wire(httpcore.AsyncNetworkBackend):
    """Remembers every connection; ``answer`` gives the bytes that are sent for a request to an IP address and port."""

    answers: Mapping[str, bytes] = field(default_factory=dict)  # by path
    connected: list[tuple[str, int]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        return _Stream(self)

    async def sleep(self, seconds: float) -> None:
        pass

    @property
    def private(self) -> list[tuple[str, int]]:
        return [(host, port) for host, port in self.connected if not is_public(ipaddress.ip_address(host))]

    def answer(self, request: bytes) -> bytes:
        self.requests.append(request)
        path = request.split(b" ", 2)[1].decode()
        body = self.answers.get(path)
        if body is None and path == "/robots.txt":
            return http(b"", 404)
        return body if body is not None else http(b"<title>Page</title><p>A page of the public web.</p>")


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._request = b""
        self._pending = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._pending and self._request.endswith(b"\r\n\r\n"):
            self._pending, self._request = self._wire.answer(self._request), b""
        part, self._pending = self._pending[:max_bytes], self._pending[max_bytes:]
        return part

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._request += buffer

    async def start_tls(
        self, ssl_context: object, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return self

    async def aclose(self) -> None:
        pass

    def get_extra_info(self, info: str) -> object:
        return None


class Names:
    """A resolver that knows what a test tells it, shell globs allowed; all other names are of one public address.

    A name may be given several answers, which take turns; the last stays.
    """

    def __init__(self, known: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        self._known = {name: list(answers) for name, answers in (known or {}).items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> list[IPAddress]:
        self.asked.append(host)
        for pattern, answers in self._known.items():
            if fnmatch.fnmatch(host, pattern):
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                return [ipaddress.ip_address(address) for address in answer]
        return [ipaddress.ip_address(PUBLIC)]


def http(body: bytes, status: int = 200, **headers: str) -> bytes:
    """Return an HTTP/1.1 answer as it goes over the wire."""
    lines = {"Content-Type": "text/html", "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode() + b"\r\n" + body


def network(wire: Wire, names: Names | None = None) -> Network:
    """Return a network of these."""
    return Network(resolve=names or Names(), connect=wire, trust=_trust)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
