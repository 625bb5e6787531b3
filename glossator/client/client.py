"""The client that waits."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
        self._http = httpx.Client(**given(base_url, site, token, timeout), transport=transport)
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
            for sent in EventSource(checked(response)).iter_sse():
                event = reply_event(sent, response.headers.get("X-Request-ID"))
                if event is not None:
                    yield event
                if isinstance(event, Answer):
                    return
            raise Unreachable(BROKE_OFF)

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

    def alignment(self, message_id: str, *, citation: int) -> AlignmentReply:
        """Return which words of a citation's quote each word of the question looked at."""
        return self._send(calls.alignment(message_id, citation))

    def session(self, site_id: str) -> SessionReply:
        """Begin a visitor's session at a site that asks for one; give its token to a new client."""
        return self._send(calls.session(site_id))

    def conversation(self, conversation_id: str) -> VisitorConversation:
        """Return a conversation that was had at the site of this client."""
        return self._send(calls.conversation(conversation_id))

    def feedback(self, message_id: str, rating: Literal["up", "down"], *, comment: str | None = None) -> None:
        """Rate an answer; the last rating counts."""
        return self._send(calls.feedback(message_id, rating, comment))

    def lead(
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
        """Leave an address.

        ``consent`` is to what the site says beside its form; ``fields`` are further ones that it asks for.
        """
        return self._send(calls.lead(email, consent, name, company, message, conversation_id, fields))

    def handoff(self, conversation_id: str, *, reason: str | None = None, contact: str | None = None) -> HandoffReply:
        """Ask for a person to take over a conversation."""
        return self._send(calls.handoff(conversation_id, reason, contact))

    def share(self, message_id: str) -> ShareReply:
        """Make a public link to an answer."""
        return self._send(calls.share(message_id))

    def shared(self, token: str) -> SharedAnswer:
        """Return an answer that was shared."""
        return self._send(calls.shared(token))

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
        request = self._http.build_request(**asked(call))
        with unreachable(request):
            response = self._http.send(request, stream=True)
            for attempt in range(self._retries):
                seconds = pause(response, attempt)
                if seconds is None:
                    break
                response.close()
                time.sleep(seconds)
                response = self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    response.read()
                yield response
            finally:
                response.close()
