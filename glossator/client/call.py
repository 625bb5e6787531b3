"""Calls: what each method of the client sends, and what it gets. A new route is one more function here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from types import NoneType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from glossator.client.errors import Ambiguous, Unreachable, refusal
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
    TermChoices,
    TermDetail,
    TermList,
    VisitorConversation,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request. ``route`` is its path as the OpenAPI document names it; ``returns`` what its response holds."""

    method: str
    route: str
    returns: type[T]
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    def read(self, response: httpx.Response) -> T:
        """Return what a response, read to its end, holds. Raises ClientError."""
        if response.status_code == httpx.codes.MULTIPLE_CHOICES:
            raise Ambiguous(understood(TermChoices, response.content))
        if not response.is_success:
            raise refusal(response)
        return understood(self.returns, response.content or b"null")

    @property
    def path(self) -> str:
        """The path with its parts put in."""
        return self.route.format_map({name: quote(value, safe="") for name, value in self.parts.items()})


def understood(kind: type[T], data: str | bytes) -> T:
    """Return JSON as the dataclass that it is meant to be. Fields that are new are left out. Raises Unreachable."""
    adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]  # types are hashable
    try:
        return adapter.validate_json(data)
    except ValidationError as error:
        raise Unreachable(
            f"the answer is no {kind.__name__} ({error.errors()[0]['msg']}). Is this the address of a Glossator "
            "service, and of a version that fits this client?"
        ) from error


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def search(query: str, collection: str | None, limit: int) -> Call[SearchReply]:
    """Search."""
    body = {"query": query, "collection": collection, "limit": limit}
    return Call("POST", "/v1/search", SearchReply, body=body)


def chat(
    message: str,
    conversation_id: str | None,
    history: Sequence[Turn] | None,
    collection: str | None,
    stream: bool = False,
) -> Call[Answer]:
    """Ask."""
    turns = None if history is None else [asdict(turn) for turn in history]
    body = {
        "message": message, "conversation_id": conversation_id, "history": turns, "collection": collection,
        "stream": stream,
    }  # fmt: skip
    return Call("POST", "/v1/chat", Answer, body=body)


def page(page_id: str, collection: str) -> Call[PageReply]:
    """Read a page."""
    return Call("GET", "/v1/pages", PageReply, params={"id": page_id, "collection": collection})


def terms(query: str, collection: str | None, limit: int, cursor: str | None) -> Call[TermList]:
    """List terms."""
    params = {"query": query, "collection": collection, "limit": limit, "cursor": cursor}
    return Call("GET", "/v1/terms", TermList, params=params)


def term(slug: str, collection: str | None) -> Call[TermDetail]:
    """Look a term up."""
    return Call("GET", "/v1/terms/{slug}", TermDetail, params={"collection": collection}, parts={"slug": slug})


def alignment(message_id: str, citation: int) -> Call[AlignmentReply]:
    """Ask why a passage was cited."""
    route = "/v1/messages/{message_id}/alignment"
    return Call("GET", route, AlignmentReply, params={"citation": citation}, parts={"message_id": message_id})


def session(site_id: str) -> Call[SessionReply]:
    """Begin a visitor's session."""
    return Call("POST", "/v1/sessions", SessionReply, body={"site_id": site_id})


def conversation(conversation_id: str) -> Call[VisitorConversation]:
    """Read a conversation."""
    route = "/v1/conversations/{conversation_id}"
    return Call("GET", route, VisitorConversation, parts={"conversation_id": conversation_id})


def feedback(message_id: str, rating: str, comment: str | None) -> Call[None]:
    """Rate an answer."""
    return Call("POST", "/v1/feedback", NoneType, body={"message_id": message_id, "rating": rating, "comment": comment})


def lead(
    email: str,
    consent: bool,
    name: str | None,
    company: str | None,
    message: str | None,
    conversation_id: str | None,
    fields: Mapping[str, str] | None,
) -> Call[LeadReply]:
    """Leave an address."""
    body = {
        "email": email, "consent": consent, "name": name, "company": company, "message": message,
        "conversation_id": conversation_id, "fields": fields or {},
    }  # fmt: skip
    return Call("POST", "/v1/leads", LeadReply, body=body)


def handoff(conversation_id: str, reason: str | None, contact: str | None) -> Call[HandoffReply]:
    """Ask for a person."""
    body = {"conversation_id": conversation_id, "reason": reason, "contact": contact}
    return Call("POST", "/v1/handoffs", HandoffReply, body=body)


def share(message_id: str) -> Call[ShareReply]:
    """Make a public link to an answer."""
    return Call("POST", "/v1/messages/{message_id}/share", ShareReply, parts={"message_id": message_id})


def shared(token: str) -> Call[SharedAnswer]:
    """Read an answer that was shared."""
    return Call("GET", "/v1/shares/{token}", SharedAnswer, parts={"token": token})


def site(site_id: str) -> Call[SiteReply]:
    """Ask how a site presents itself."""
    return Call("GET", "/v1/site/{site_id}", SiteReply, parts={"site_id": site_id})


def health() -> Call[Health]:
    """Ask whether the service is alive."""
    return Call("GET", "/healthz", Health)


def ready() -> Call[Ready]:
    """Ask whether it can answer."""
    return Call("GET", "/readyz", Ready)
