"""``GET /v1/conversations/{id}`` and its live events"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import TypeAdapter

from content.errors import NotFound, StoreUnavailable
from service.api.visitor import Services, TheGuest, TheServices
from service.store import conversations, handoffs
from service.store.rows import Exchange, Handoff, HandoffMessage
from service.wire import VisitorConversation, VisitorHandoff, VisitorMessage

router = APIRouter(tags=["visitors"])

_LOOK_SECONDS = 1.0  # between two looks for news
_PING_SECONDS = 15.0
_LONGEST_SECONDS = 3600.0  # of a stream; clients that are still there begin a new one
_SETTLE_SECONDS = 2.0  # that a conversation of this very moment may take to be kept
_JSON: TypeAdapter[Any] = TypeAdapter(Any)


@router.get("/v1/conversations/{conversation_id}")
async def one(conversation_id: str, guest: TheGuest, services: TheServices) -> VisitorConversation:
    """Return a conversation to the visitor who had it."""
    guest.must_own(services.identity, conversation_id, "conversation")
    database = services.store.database
    try:
        await conversations.found(database, conversation_id, guest.site.id)
    except NotFound:
        await services.store.settle(_SETTLE_SECONDS)
        await conversations.found(database, conversation_id, guest.site.id)
    exchanges = await conversations.exchanges(database, conversation_id)
    written = await conversations.written(database, conversation_id)
    messages = [message for exchange in exchanges for message in _both(exchange)] + list(map(_written, written))
    messages.sort(key=lambda message: message.created_at)
    handoff = services.desk.open(conversation_id) or await handoffs.latest(database, conversation_id)
    return VisitorConversation(conversation_id, tuple(messages), None if handoff is None else _shown(handoff))


@router.get("/v1/conversations/{conversation_id}/events", response_class=StreamingResponse)
async def events(conversation_id: str, guest: TheGuest, services: TheServices) -> StreamingResponse:
    """Stream what a person writes (`message`) and whether one is called or there (`handoff`), from now on.

    Whoever opens the stream and then reads the conversation misses nothing; `message_id` tells what came both ways.
    """
    guest.must_own(services.identity, conversation_id, "conversation")
    # Before the response begins: what is written once the client has the headers is news.
    written, _ = await _look(conversation_id, services)
    return StreamingResponse(
        _news(conversation_id, services, {one.id for one in written}),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _news(conversation_id: str, services: Services, seen: set[str]) -> AsyncIterator[bytes]:
    """Yield the state at once, then what changes, and a comment where nothing does for a while.

    ``seen`` holds the ids of what was written before.
    """
    yield KEEPALIVE_COMMENT  # the client knows that it is heard
    told: VisitorHandoff | None = None
    quiet = 0.0
    for _ in range(round(_LONGEST_SECONDS / _LOOK_SECONDS)):
        written, state = await _look(conversation_id, services)
        news = [_event("message", _written(one)) for one in written if one.id not in seen]
        seen |= {one.id for one in written}
        if state is not None and state != told:
            news.append(_event("handoff", state))
            told = state
        quiet += _LOOK_SECONDS
        if not news and quiet >= _PING_SECONDS:
            news = [KEEPALIVE_COMMENT]
        for one in news:
            yield one
            quiet = 0.0
        await asyncio.sleep(_LOOK_SECONDS)


async def _look(conversation_id: str, services: Services) -> tuple[list[HandoffMessage], VisitorHandoff | None]:
    """Return what agents wrote and the state of the handoff; while the database is away, what this process knows."""
    waiting = services.desk.open(conversation_id)
    try:
        written = await handoffs.from_agents(services.store.database, conversation_id)
        handoff = waiting or await handoffs.latest(services.store.database, conversation_id)
    except StoreUnavailable:
        written, handoff = [], waiting
    return written, None if handoff is None else _shown(handoff)


def _event(name: str, data: VisitorMessage | VisitorHandoff) -> bytes:
    return format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())


def _both(exchange: Exchange) -> tuple[VisitorMessage, VisitorMessage]:
    asked = VisitorMessage("user", exchange.question, exchange.created_at)
    answered = VisitorMessage(
        "assistant",
        exchange.answer,
        exchange.created_at,
        message_id=exchange.id,
        outcome=exchange.outcome,
        citations=tuple(exchange.citations),
        rating=exchange.rating,
    )
    return asked, answered


def _written(message: HandoffMessage) -> VisitorMessage:
    role: Literal["user", "agent"] = "agent" if message.author == "agent" else "user"
    return VisitorMessage(role, message.text, message.created_at, message.name, message.id)


def _shown(handoff: Handoff) -> VisitorHandoff:
    return VisitorHandoff(handoff.id, handoff.status, handoff.agent, handoff.offline)
