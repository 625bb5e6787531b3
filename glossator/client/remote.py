"""The two clients: one that waits and one to be awaited, alike in all else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self

import httpx
from httpx_sse import EventSource

from content.model import DEFAULT_COLLECTION
from glossator.client import call as calls
from glossator.client.call import Call, T
from glossator.client.errors import Unreachable, refusal
from glossator.client.events import ReplyEvent, reply_event
from service.model import Answer, SearchReply, Turn
from service.wire import Health, PageReply, Ready, SiteReply, TermDetail, TermItem, TermList

DEFAULT_URL = "http://127.0.0.1:8080"
_CONNECT_SECONDS = 5.0
_FIRST_PAUSE = 0.5  # seconds before a request is sent again, then twice as long each time
_LONGEST_PAUSE = 30.0  # a server that asks for more is not waited for
_TRY_AGAIN = (429, 503)
_BROKE_OFF = "the answer broke off before its end"


class Client:
    """A Glossator service. Use it in a ``with`` statement, or ``close`` it; threads may share it.

    ``site`` is the site to ask at (absent: the default one), ``token`` goes along as ``Authorization: Bearer``.
    ``timeout`` (seconds) holds for each wait for the next bytes; while an answer streams, there are some every 15 s.
    Where the service says that it is overloaded (429, 503), requests are sent again up to ``retries`` times after the
    pause that it asks for, up to 30 s. All methods raise ClientError.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        site: str | None = None,
        token: str | None = None,
        timeout: float = 60.0,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**_given(base_url, site, token, timeout), transport=transport)
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def search(self, query: str, *, collection: str | None = None, limit: int = 5) -> SearchReply:
        """Return the passages that fit best, best first; ``limit`` is 1 to 50."""
        return self._send(calls.search(query, collection, limit))

    def chat(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        history: Sequence[Turn] | None = None,
        collection: str | None = None,
    ) -> Answer:
        """Return an answer. The ``conversation_id`` of one makes the next message a part of its conversation.

        Programs that keep conversations themselves give ``history`` instead.
        """
        return self._send(calls.chat(message, conversation_id, history, collection))

    def stream(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        history: Sequence[Turn] | None = None,
        collection: str | None = None,
    ) -> Generator[ReplyEvent]:
        """Yield an answer's parts as they come, last the whole Answer. Closing it early stops the work."""
        with self._open(calls.chat(message, conversation_id, history, collection, stream=True)) as response:
            for sent in EventSource(_checked(response)).iter_sse():
                event = reply_event(sent, response.headers.get("X-Request-ID"))
                if event is not None:
                    yield event
                if isinstance(event, Answer):
                    return
            raise Unreachable(_BROKE_OFF)

    def page(self, page_id: str, *, collection: str = DEFAULT_COLLECTION) -> PageReply:
        """Return a page's text, which all offsets index."""
        return self._send(calls.page(page_id, collection))

    def terms(
        self, query: str = "", *, collection: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> TermList:
        """Return a part of the glossary; ``next`` of one is the ``cursor`` of the part after it."""
        return self._send(calls.terms(query, collection, limit, cursor))

    def all_terms(self, query: str = "", *, collection: str | None = None) -> Iterator[TermItem]:
        """Yield all terms whose names begin with the query's words."""
        part = self.terms(query, collection=collection, limit=200)
        yield from part.items
        while part.next is not None:
            part = self.terms(query, collection=collection, limit=200, cursor=part.next)
            yield from part.items

    def term(self, slug: str, *, collection: str | None = None) -> TermDetail:
        """Return one term. Raises Ambiguous where several collections have it."""
        return self._send(calls.term(slug, collection))

    def site(self, site_id: str) -> SiteReply:
        """Return how a site's assistant presents itself."""
        return self._send(calls.site(site_id))

    def health(self) -> Health:
        """Return that the service is alive."""
        return self._send(calls.health())

    def ready(self) -> Ready:
        """Return from what questions are answered. Raises Overloaded where there is nothing yet."""
        return self._send(calls.ready())

    def _send(self, call: Call[T]) -> T:
        with self._open(call) as response:
            response.read()
        return call.read(response)

    @contextmanager
    def _open(self, call: Call[T]) -> Iterator[httpx.Response]:
        request = self._http.build_request(**_asked(call))
        with _unreachable(request):
            response = self._http.send(request, stream=True)
            for attempt in range(self._retries):
                pause = _pause(response, attempt)
                if pause is None:
                    break
                response.close()
                time.sleep(pause)
                response = self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                yield response
            finally:
                response.close()


class AsyncClient:
    """A Glossator service, as ``Client``, with methods to be awaited. Use it in an ``async with`` statement."""

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        site: str | None = None,
        token: str | None = None,
        timeout: float = 60.0,
        retries: int = 2,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**_given(base_url, site, token, timeout), transport=transport)
        self._retries = retries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def search(self, query: str, *, collection: str | None = None, limit: int = 5) -> SearchReply:
        """As ``Client.search``."""
        return await self._send(calls.search(query, collection, limit))

    async def chat(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        history: Sequence[Turn] | None = None,
        collection: str | None = None,
    ) -> Answer:
        """As ``Client.chat``."""
        return await self._send(calls.chat(message, conversation_id, history, collection))

    async def stream(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        history: Sequence[Turn] | None = None,
        collection: str | None = None,
    ) -> AsyncGenerator[ReplyEvent]:
        """As ``Client.stream``; where it is left early, ``contextlib.aclosing`` closes it."""
        async with self._open(calls.chat(message, conversation_id, history, collection, stream=True)) as response:
            async for sent in EventSource(_checked(response)).aiter_sse():
                event = reply_event(sent, response.headers.get("X-Request-ID"))
                if event is not None:
                    yield event
                if isinstance(event, Answer):
                    return
            raise Unreachable(_BROKE_OFF)

    async def page(self, page_id: str, *, collection: str = DEFAULT_COLLECTION) -> PageReply:
        """As ``Client.page``."""
        return await self._send(calls.page(page_id, collection))

    async def terms(
        self, query: str = "", *, collection: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> TermList:
        """As ``Client.terms``."""
        return await self._send(calls.terms(query, collection, limit, cursor))

    async def all_terms(self, query: str = "", *, collection: str | None = None) -> AsyncIterator[TermItem]:
        """As ``Client.all_terms``."""
        cursor: str | None = None
        while True:
            part = await self.terms(query, collection=collection, limit=200, cursor=cursor)
            for item in part.items:
                yield item
            cursor = part.next
            if cursor is None:
                return

    async def term(self, slug: str, *, collection: str | None = None) -> TermDetail:
        """As ``Client.term``."""
        return await self._send(calls.term(slug, collection))

    async def site(self, site_id: str) -> SiteReply:
        """As ``Client.site``."""
        return await self._send(calls.site(site_id))

    async def health(self) -> Health:
        """As ``Client.health``."""
        return await self._send(calls.health())

    async def ready(self) -> Ready:
        """As ``Client.ready``."""
        return await self._send(calls.ready())

    async def _send(self, call: Call[T]) -> T:
        async with self._open(call) as response:
            await response.aread()
        return call.read(response)

    @asynccontextmanager
    async def _open(self, call: Call[T]) -> AsyncIterator[httpx.Response]:
        request = self._http.build_request(**_asked(call))
        with _unreachable(request):
            response = await self._http.send(request, stream=True)
            for attempt in range(self._retries):
                pause = _pause(response, attempt)
                if pause is None:
                    break
                await response.aclose()
                await asyncio.sleep(pause)
                response = await self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    await response.aread()
                yield response
            finally:
                await response.aclose()


def _given(base_url: str, site: str | None, token: str | None, timeout: float) -> dict[str, Any]:
    headers = {"Accept": "application/json"}
    if site is not None:
        headers["X-Glossator-Site"] = site
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return {"base_url": base_url, "headers": headers, "timeout": httpx.Timeout(timeout, connect=_CONNECT_SECONDS)}


def _asked(call: Call[T]) -> dict[str, Any]:
    """Return what a call sends; what was not given is left out."""
    asked: dict[str, Any] = {"method": call.method, "url": call.path}
    if call.body is not None:
        asked["json"] = {name: value for name, value in call.body.items() if value is not None}
    else:
        asked["params"] = {name: value for name, value in call.params.items() if value is not None}
    return asked


def _checked(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        raise refusal(response)
    return response


def _pause(response: httpx.Response, attempt: int) -> float | None:
    """Return the seconds after which a request is to be sent again, None where it is not."""
    if response.status_code not in _TRY_AGAIN:
        return None
    wanted = response.headers.get("Retry-After", "")
    pause = float(wanted) if wanted.isdecimal() else _FIRST_PAUSE * 2**attempt
    return pause if pause <= _LONGEST_PAUSE else None


@contextmanager
def _unreachable(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise Unreachable(f"{request.url} did not answer in time ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise Unreachable(f"{request.url} cannot be reached: {error}") from error
