"""``POST /v1/chat/completions`` and ``GET /v1/models``: the wire format of OpenAI's API.

What a client of that API can ask for beyond an answer from the content is refused where the client would miss it (more
than one answer, a forced tool, JSON), and else ignored: the content decides what is said, and the site how.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from content.errors import InvalidQuestion, NotFound
from service.api.chat import remembered
from service.api.stream import event_stream, last, opening, paced, unless_left, unread
from service.api.visitor import Services, TheServices, TheVisitor, Visitor
from service.assistant import Question
from service.message import checked
from service.model import Delta, Done, Event, Turn
from service.openai.completion import (
    ALL,
    ChatCompletion,
    CompletionChoice,
    CompletionMessage,
    CompletionRequest,
    CompletionUsage,
    ContentPart,
    Footnotes,
    MessageIn,
    ModelItem,
    ModelList,
    StreamOptions,
    notes,
    unmarked,
)
from service.openai.error import OpenAIFailure, failure
from service.wire import Problem

_ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": OpenAIFailure, "description": "The request cannot be served as it is."},
    "5XX": {"model": OpenAIFailure, "description": "The service cannot serve the request now."},
}
router = APIRouter(tags=["openai"], responses=_ERRORS)

_FOOTNOTES = ":footnotes"
_MOST_TURNS = 40
_LONGEST_TURN = 20_000  # characters
_END = format_sse_event(data_str="[DONE]")


class UnknownModel(NotFound):
    """A name that is no model here."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request asks for, beyond its question."""

    id: str
    created: int
    model: str
    footnotes: bool
    usage: bool
    snapshot_id: str


@router.get("/v1/models")
async def models(visitor: TheVisitor) -> ModelList:
    """List the names that can be given as model: all collections or one, citations as marks or as footnotes."""
    return ModelList(tuple(_models(visitor)))


@router.get("/v1/models/{model:path}")
async def model(model: str, visitor: TheVisitor) -> ModelItem:
    """Return one of the names that can be given as model."""
    _collections(model, visitor)
    return _model(model, visitor)


@router.post(
    "/v1/chat/completions",
    responses={
        200: {
            "description": "The answer; with `stream` its parts as server-sent events, then `[DONE]`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
    response_model=ChatCompletion,
)
async def complete(
    request: CompletionRequest, connection: Request, visitor: TheVisitor, services: TheServices
) -> Response | ChatCompletion:
    """Answer the last message of a conversation from the content, with citations."""
    question = _question(request, visitor, services)
    options = request.stream_options or StreamOptions()
    wanted = _Wanted(
        id=f"chatcmpl-{question.message_id}",
        created=int(time.time()),
        model=request.model,
        footnotes=request.glossator.footnotes or request.model.endswith(_FOOTNOTES),
        usage=bool(options.include_usage),
        snapshot_id=visitor.snapshot.snapshot_id,
    )
    events = remembered(question, None, visitor, services)
    if not request.stream:
        done = await unless_left(last(events), connection)
        return unread() if done is None else await _completion(request, done, wanted, services)
    opened = await unless_left(opening(events), connection)
    if opened is None:
        return unread()
    return event_stream(_stream(request, paced(opened, events), wanted, services))


def _question(request: CompletionRequest, visitor: Visitor, services: Services) -> Question:
    *earlier, last = request.messages
    if last.role != "user":
        raise InvalidQuestion(f"the last of the messages is the {last.role}'s; it must be the user's question")
    foreign = [part.type for part in last.content or () if isinstance(part, ContentPart) and part.text is None]
    if foreign:
        raise InvalidQuestion(f"a part of the message is of type {foreign[0]!r}; only text can be read")
    return Question(
        text=checked(last.text, "the last message", services.settings),
        conversation_id=services.identity.new(visitor.guest.owner),
        message_id=services.identity.new(visitor.guest.owner),
        history=tuple(_turns(earlier)),
        collections=_collections(request.model, visitor),
    )


def _turns(messages: list[MessageIn]) -> Iterator[Turn]:
    spoken = [one for one in messages if one.role in {"user", "assistant"}]
    for one in spoken[-_MOST_TURNS:]:
        text = one.text[:_LONGEST_TURN]
        yield Turn("user", text) if one.role == "user" else Turn("assistant", unmarked(text))


def _collections(model: str, visitor: Visitor) -> tuple[str, ...] | None:
    name = model.removesuffix(_FOOTNOTES)
    collection = None if name == ALL else name.removeprefix(f"{ALL}/")
    try:
        if collection != name:
            return visitor.collections(collection)
    except NotFound:
        pass  # told like any other name that is no model
    raise UnknownModel(f"there is no model {model!r}; GET /v1/models lists them, {ALL!r} searches all collections")


def _models(visitor: Visitor) -> Iterator[ModelItem]:
    public = visitor.collections() or tuple(visitor.snapshot.manifest.collections)
    for name in (ALL, *(f"{ALL}/{collection}" for collection in public if len(public) > 1)):
        yield _model(name, visitor)
        yield _model(name + _FOOTNOTES, visitor)


def _model(name: str, visitor: Visitor) -> ModelItem:
    return ModelItem(name, int(datetime.fromisoformat(visitor.snapshot.manifest.created).timestamp()))


async def _completion(request: CompletionRequest, done: Done, wanted: _Wanted, services: Services) -> ChatCompletion:
    answer = done.answer
    text = Footnotes().turn(answer.answer) + notes(answer.citations) if wanted.footnotes else answer.answer
    return ChatCompletion(
        id=wanted.id,
        created=wanted.created,
        model=wanted.model,
        choices=(CompletionChoice(CompletionMessage(text, answer)),),
        usage=await _usage(request, done, text, services),
        system_fingerprint=wanted.snapshot_id,
    )


async def _usage(request: CompletionRequest, done: Done, text: str, services: Services) -> CompletionUsage:
    if done.usage:  # what the vendors of language models charge for
        prompt_tokens = sum(call.input_tokens for call in done.usage)
        completion_tokens = sum(call.output_tokens for call in done.usage)
        return CompletionUsage(prompt_tokens, completion_tokens, prompt_tokens + completion_tokens)
    texts = [*(message.text for message in request.messages), text]
    *prompt, completion = await asyncio.to_thread(services.embedder.count_tokens, texts)
    return CompletionUsage(sum(prompt), completion, sum(prompt) + completion)


async def _stream(
    request: CompletionRequest, events: AsyncGenerator[Event | Problem | None], wanted: _Wanted, services: Services
) -> AsyncGenerator[bytes]:
    footnotes = Footnotes()
    said: list[str] = []
    yield _chunk(wanted, {"role": "assistant", "content": ""})
    async with aclosing(events):
        async for event in events:
            match event:
                case None:
                    yield KEEPALIVE_COMMENT
                case Delta(text):
                    said.append(footnotes.turn(text) if wanted.footnotes else text)
                    yield _chunk(wanted, {"content": said[-1]})
                case Done(answer) as done:
                    if wanted.footnotes and answer.citations:
                        said.append(notes(answer.citations))
                        yield _chunk(wanted, {"content": said[-1]})
                    yield _chunk(wanted, {"glossator": asdict(answer)}, "stop")
                    if wanted.usage:
                        usage = await _usage(request, done, "".join(said), services)
                        yield _sent(_frame(wanted) | {"choices": [], "usage": asdict(usage)})
                case Problem(status=status, detail=detail):
                    yield _sent(asdict(failure(status, detail)))
    yield _END


def _chunk(wanted: _Wanted, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _sent(_frame(wanted) | {"choices": [choice]} | ({"usage": None} if wanted.usage else {}))


def _frame(wanted: _Wanted) -> dict[str, Any]:
    return {
        "id": wanted.id,
        "object": "chat.completion.chunk",
        "created": wanted.created,
        "model": wanted.model,
        "system_fingerprint": wanted.snapshot_id,
    }


def _sent(data: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False))
