"""The client to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Literal, Self

import httpx
from httpx_sse import EventSource

from content.model import DEFAULT_COLLECTION
from glossator.client import call as calls
from glossator.client.call import Call, T
from glossator.client.connection import BROKE_OFF, DEFAULT_URL, asked, checked, given, pause, unreachable
from glossator.client.errors import Unreachable
from glossator.client.events import ReplyEvent, reply_event
from service.model import Answer, SearchReply, Turn
from service.wire import (
    AlignmentReply,
    HandoffReply,
    Health,
    LeadReply,
    PageReply,
    Ready,
    SessionReply,
    SharedAnswer,
    ShareReply,
    SiteReply,
    TermDetail,
    TermItem,
    TermList,
    VisitorConversation,
)


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
        self._http = httpx.AsyncClient(**given(base_url, site, token, timeout), transport=transport)
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
            async for sent in EventSource(checked(response)).aiter_sse():
                event = reply_event(sent, response.headers.get("X-Request-ID"))
                if event is not None:
                    yield event
                if isinstance(event, Answer):
                    return
            raise Unreachable(BROKE_OFF)

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

    async def alignment(self, message_id: str, *, citation: int) -> AlignmentReply:
        """As ``Client.alignment``."""
        return await self._send(calls.alignment(message_id, citation))

    async def session(self, site_id: str) -> SessionReply:
        """As ``Client.session``."""
        return await self._send(calls.session(site_id))

    async def conversation(self, conversation_id: str) -> VisitorConversation:
        """As ``Client.conversation``."""
        return await self._send(calls.conversation(conversation_id))

    async def feedback(self, message_id: str, rating: Literal["up", "down"], *, comment: str | None = None) -> None:
        """As ``Client.feedback``."""
        return await self._send(calls.feedback(message_id, rating, comment))

    async def lead(
        self,
        email: str,
        *,
        consent: bool,
        name: str | None = None,
        company: str | None = None,
        message: str | None = None,
        conversation_id: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> LeadReply:
        """As ``Client.lead``."""
        return await self._send(calls.lead(email, consent, name, company, message, conversation_id, fields))

    async def handoff(
        self, conversation_id: str, *, reason: str | None = None, contact: str | None = None
    ) -> HandoffReply:
        """As ``Client.handoff``."""
        return await self._send(calls.handoff(conversation_id, reason, contact))

    async def share(self, message_id: str) -> ShareReply:
        """As ``Client.share``."""
        return await self._send(calls.share(message_id))

    async def shared(self, token: str) -> SharedAnswer:
        """As ``Client.shared``."""
        return await self._send(calls.shared(token))

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
        request = self._http.build_request(**asked(call))
        with unreachable(request):
            response = await self._http.send(request, stream=True)
            for attempt in range(self._retries):
                seconds = pause(response, attempt)
                if seconds is None:
                    break
                await response.aclose()
                await asyncio.sleep(seconds)
                response = await self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    await response.aread()
                yield response
            finally:
                await response.aclose()
