"""The network as fetching and notifying see it: names are resolved and vetted, and what was vetted is connected to.

The vetting sits where connections are made. There is no moment between the check and the use in which a name could
change its mind (DNS rebinding), and nothing above can forget it. TLS still names and verifies the host.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore
import httpx

from content.guard import Guard, IPAddress

Resolver = Callable[[str], Awaitable[list[IPAddress]]]

_RESOLVE_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 15.0
_MOST_CONNECTIONS = 16


async def resolve(host: str) -> list[IPAddress]:
    """Return the IP addresses of a host as this machine's resolver gives them. Raises OSError where it gives none."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Network:
    """What lies outside: how names are resolved, how connections are made, whose certificates are believed.

    Everything has its real default; tests give others.
    """

    resolve: Resolver = resolve
    connect: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)
    trust: Callable[[], ssl.SSLContext] = httpx.create_ssl_context


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Makes connections for httpcore, to vetted IP addresses alone."""

    def __init__(self, network: Network, guard: Guard) -> None:
        self._network = network
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface is httpcore's)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, vet and connect. Raises AddressRefused, httpcore.ConnectError, httpcore.ConnectTimeout."""
        self._guard.check_host(host, port)
        addresses = await self._addresses(host)
        self._guard.vet(host, addresses)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                return await self._network.connect.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"the name {host} has no IP address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface is httpcore's)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: the web is not there."""
        raise httpcore.ConnectError(f"{path} is no place on the web")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str) -> list[IPAddress]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass
        try:
            return await self._network.resolve(host)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved in {_RESOLVE_SECONDS:.0f} s") from error
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error.strerror or error}") from error


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's way to the network, HTTP/1.1 and HTTP/2, through the guard and through no proxy."""

    def __init__(self, network: Network, guard: Guard, trusted: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted,
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            http2=True,
            network_backend=GuardedBackend(network, guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises AddressRefused and httpx.TransportError."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        outgoing = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = await self._pool.handle_async_request(outgoing)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        with _as_httpx():
            await self._answer.aclose()


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(str(error)) from error
    except httpcore.NetworkError as error:
        raise httpx.NetworkError(str(error)) from error
    except httpcore.ProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
