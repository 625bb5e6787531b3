"""``POST /v1/chat``: as one JSON object, or streamed as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from content.errors import InvalidQuestion, NotFound, StoreUnavailable
from service import record
from service.api.stream import EVENT_STREAM, event_stream, last, opening, paced, unless_left, unread
from service.api.visitor import Services, TheServices, TheVisitor, Visitor
from service.assistant import Question
from service.conversation import LONGEST, Conversation, Exchange
from service.message import checked
from service.model import Answer, Cited, Delta, Done, Event, Sources, Started, Turn
from service.store import conversations as kept
from service.telemetry.question import counted
from service.wire import Problem

router = APIRouter(tags=["chat"])

_MOST_TURNS = 40
_REMEMBER_SECONDS = 0.5  # that a follow-up waits for the store to say what came before
_JSON: TypeAdapter[Any] = TypeAdapter(Any)


class TurnIn(BaseModel):
    """An earlier message, for clients that keep the conversation themselves."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class ChatRequest(BaseModel):
    """A visitor's message."""

    model_config = ConfigDict(extra="forbid")

    message: str
    conversation_id: str | None = Field(None, max_length=64)
    history: list[TurnIn] | None = Field(None, max_length=_MOST_TURNS)
    collection: str | None = None
    stream: bool = False


@router.post(
    "/v1/chat",
    responses={
        200: {
            "description": "The answer; with `stream` its parts as server-sent events: `start`, `sources`, "
            "`delta` and `citation`, then `done` with the whole answer, or `error`.",
            "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
        }
    },
    response_model=Answer,
)
async def chat(
    request: ChatRequest,
    connection: Request,
    visitor: TheVisitor,
    services: TheServices,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | Answer:
    """Answer a message from the content, with citations."""
    conversation = await _conversation(request, visitor, services)
    question = _question(request, conversation, visitor, services)
    await _tell_agent(question, visitor, services)
    events = remembered(question, conversation, visitor, services)
    if not (request.stream or EVENT_STREAM in accept):
        done = await unless_left(last(events), connection)
        return unread() if done is None else done.answer
    opened = await unless_left(opening(events), connection)
    return unread() if opened is None else event_stream(stream(paced(opened, events)))


async def _conversation(request: ChatRequest, visitor: Visitor, services: Services) -> Conversation | None:
    given, site_id = request.conversation_id, visitor.site.id
    if given is None:
        return None
    if request.history is not None:
        raise InvalidQuestion("send either history or conversation_id: the service keeps the history of a conversation")
    visitor.guest.must_own(services.identity, given, "conversation")
    try:
        return services.conversations.resume(given, site_id)
    except NotFound:  # it began elsewhere, or before a restart
        try:
            async with asyncio.timeout(_REMEMBER_SECONDS):
                turns = await kept.turns(services.store.database, given, site_id, LONGEST)
        except (TimeoutError, StoreUnavailable):
            turns = []  # the answer does not wait for the store: it is answered as it stands
        return services.conversations.restore(site_id, given, turns)


def _question(
    request: ChatRequest, conversation: Conversation | None, visitor: Visitor, services: Services
) -> Question:
    owner = visitor.guest.owner
    conversation_id = conversation.conversation_id if conversation else services.identity.new(owner)
    given = [Turn(turn.role, turn.content) for turn in request.history or ()]
    return Question(
        text=checked(request.message, "message", services.settings),
        conversation_id=conversation_id,
        message_id=services.identity.new(owner),
        history=tuple(conversation.turns if conversation else given),
        collections=visitor.collections(request.collection),
        with_person=services.desk.active(conversation_id) is not None,
    )


async def _tell_agent(question: Question, visitor: Visitor, services: Services) -> None:
    """Where an agent has the conversation, keep the message for them before anything is said."""
    handoff = services.desk.active(question.conversation_id)
    if handoff is not None:
        await services.store.spool.append(record.visitor_message(handoff, question.text, visitor.site.privacy))


async def remembered(
    question: Question, conversation: Conversation | None, visitor: Visitor, services: Services
) -> AsyncGenerator[Event]:
    """Yield the reply and remember it in its conversation, which begins with its first answer."""
    reply = services.assistant.reply(question, visitor.snapshot, visitor.site)
    replies = counted(reply, visitor.site.id, services.metrics)
    async with aclosing(replies):
        async for event in replies:
            if isinstance(event, Done) and not question.with_person:
                opened = conversation or services.conversations.start(visitor.site.id, question.conversation_id)
                services.conversations.add(opened, question.text, event.plain, _exchange(question, event, visitor))
                keep(question, event, visitor, services)
            yield event


def _exchange(question: Question, done: Done, visitor: Visitor) -> Exchange:
    searched_for = done.found.question if done.found else question.text
    return Exchange(question.message_id, searched_for, done.answer.citations, visitor.snapshot.snapshot_id)


def keep(question: Question, done: Done, visitor: Visitor, services: Services) -> None:
    """Keep an exchange, and call a person where a rule of the site says so. Nothing waits for it."""
    site, privacy = visitor.site, visitor.site.privacy
    services.asked.keep(done, question.collections, privacy)
    exchange = record.exchange(
        question.text,
        done,
        visitor.snapshot,
        site_id=site.id,
        visitor_id=visitor.guest.visitor_id,
        collections=question.collections,
        privacy=privacy,
    )
    services.store.spool.offer(exchange)
    cause = services.desk.cause(site.handoff, question.text, done)
    if cause is not None and services.desk.open(question.conversation_id) is None:
        asked = services.desk.ask(visitor.guest, question.conversation_id, cause)
        services.store.spool.offer(record.handoff(asked))


async def stream(events: AsyncGenerator[Event | Problem | None]) -> AsyncGenerator[bytes]:
    """Yield the events of a reply as they are sent, a comment in each pause."""
    async with aclosing(events):
        async for event in events:
            yield KEEPALIVE_COMMENT if event is None else _sent(event)


def _sent(event: Event | Problem) -> bytes:
    name, data = _named(event)
    return format_sse_event(event=name, data_str=_JSON.dump_json(data).decode())


def _named(event: Event | Problem) -> tuple[str, Any]:
    match event:
        case Started():
            return "start", event
        case Sources():
            return "sources", event
        case Delta():
            return "delta", event
        case Cited(citation):
            return "citation", citation
        case Done(answer):
            return "done", answer
        case Problem():
            return "error", event
