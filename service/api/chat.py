"""``POST /v1/chat``: as one JSON object, or streamed as server-sent events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from content.errors import GlossatorError, InvalidQuestion
from service.api.visitor import Services, TheServices, TheVisitor, Visitor
from service.assistant import Question
from service.conversation import Conversation, new_id
from service.errors import status_of
from service.message import checked
from service.model import Answer, Cited, Delta, Done, Event, Sources, Started, Turn
from service.problem import Problem, describe

router = APIRouter(tags=["chat"])
_log = logging.getLogger("glossator.chat")

_T = TypeVar("_T")
_LEFT = 499  # for the log alone: the client closed the request, as nginx puts it
_EVENT_STREAM = "text/event-stream"
_MOST_TURNS = 40
_PING_SECONDS = 15.0
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
            "content": {_EVENT_STREAM: {"schema": {"type": "string"}}},
        }
    },
    response_model=Answer,
)
async def chat(
    request: ChatRequest,
    visitor: TheVisitor,
    services: TheServices,
    http: Request,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | Answer:
    """Answer a message from the content, with citations."""
    conversation = _conversation(request, visitor, services)
    question = _question(request, conversation, visitor, services)
    events = _remembered(question, conversation, visitor, services)
    if not (request.stream or _EVENT_STREAM in accept):
        whole = await unless_left(http, answered(events))
        return Response(status_code=_LEFT) if whole is None else whole
    # What fails up to the search is an ordinary error; only then does the stream begin.
    opening = [await anext(events), await anext(events)]
    return StreamingResponse(
        stream(opening, events),
        media_type=_EVENT_STREAM,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def answered(events: AsyncGenerator[Event]) -> Answer:
    """Return the whole answer."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("a reply ends with Done")


async def unless_left(http: Request, work: Coroutine[Any, Any, _T]) -> _T | None:
    """Return what the work returns; a visitor who leaves stops it, and None is returned to nobody."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(http))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(http: Request) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass


def _conversation(request: ChatRequest, visitor: Visitor, services: Services) -> Conversation | None:
    if request.conversation_id is None:
        return None
    if request.history is not None:
        raise InvalidQuestion("send either history or conversation_id: the service keeps the history of a conversation")
    return services.conversations.resume(request.conversation_id, visitor.site.id)


def _question(
    request: ChatRequest, conversation: Conversation | None, visitor: Visitor, services: Services
) -> Question:
    given = [Turn(turn.role, turn.content) for turn in request.history or ()]
    return Question(
        text=checked(request.message, "message", services.settings),
        conversation_id=conversation.conversation_id if conversation else new_id(),
        message_id=new_id(),
        history=tuple(conversation.turns if conversation else given),
        collections=visitor.collections(request.collection),
    )


async def _remembered(
    question: Question, conversation: Conversation | None, visitor: Visitor, services: Services
) -> AsyncGenerator[Event]:
    """Yield the reply and remember it in its conversation, which begins with its first answer."""
    replies = services.assistant.reply(question, visitor.snapshot, visitor.site)
    async with aclosing(replies):
        async for event in replies:
            if isinstance(event, Done):
                kept = conversation or services.conversations.start(visitor.site.id, question.conversation_id)
                services.conversations.add(kept, question.text, event.plain)
                services.asked.keep(event, question.collections)
            yield event


async def stream(
    opening: list[Event], events: AsyncGenerator[Event], ping_seconds: float = _PING_SECONDS
) -> AsyncGenerator[bytes]:
    """Yield events as they are sent, a comment where none comes for a while, and an error where one occurs.

    Closing it, as happens when the visitor leaves, stops what makes the events.
    """
    for event in opening:
        yield _sent(event)
    following = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=ping_seconds)
            if not done:
                yield KEEPALIVE_COMMENT
                continue
            yield _sent(following.result())
            following = asyncio.ensure_future(anext(events))
    except StopAsyncIteration:
        return
    except GlossatorError as error:
        yield _sent(describe(status_of(error), str(error)))
    except Exception:  # noqa: BLE001 (the response has begun, so no handler further out can tell of it any more)
        _log.exception("a reply broke off")
        yield _sent(describe(500, "the reply broke off by a fault of the service; please try again"))
    finally:
        if following.cancel():
            with suppress(asyncio.CancelledError):
                await following
        await events.aclose()


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
