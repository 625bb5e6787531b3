"""Replies on their way to a client: kept alive while nothing comes, and stopped when the client goes away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from content.errors import GlossatorError
from service.errors import status_of
from service.model import Done, Event
from service.problem import describe
from service.wire import Problem

_T = TypeVar("_T")

EVENT_STREAM = "text/event-stream"
_log = logging.getLogger("glossator.chat")
_PING_SECONDS = 15.0


async def paced(
    opened: list[Event], events: AsyncGenerator[Event], ping_seconds: float = _PING_SECONDS
) -> AsyncGenerator[Event | Problem | None]:
    """Yield events as they come, None where none comes for a while, and a problem where an error ends them.

    Closing it, as happens when the visitor leaves, stops what makes the events.
    """
    for event in opened:
        yield event
    following = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=ping_seconds)
            if not done:
                yield None
                continue
            yield following.result()
            following = asyncio.ensure_future(anext(events))
    except StopAsyncIteration:
        return
    except GlossatorError as error:
        yield describe(status_of(error), str(error))
    except Exception:  # noqa: BLE001 (the response has begun, so no handler further out can tell of it any more)
        _log.exception("a reply broke off")
        yield describe(500, "the reply broke off by a fault of the service; please try again")
    finally:
        if following.cancel():
            with suppress(asyncio.CancelledError):
                await following
        await events.aclose()


async def unless_left(work: Coroutine[Any, Any, _T], request: Request) -> _T | None:
    """Return what the work returns. Should the client go away meanwhile, the work stops: None."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, leaving):
            if task.cancel():
                with suppress(asyncio.CancelledError):
                    await task


async def opening(events: AsyncGenerator[Event]) -> list[Event]:
    """Return the events before the answer itself: what fails up to then is an ordinary error, not one of a stream."""
    return [await anext(events), await anext(events)]


def event_stream(parts: AsyncGenerator[bytes]) -> StreamingResponse:
    """Return the response that sends server-sent events as they come, past buffers on the way."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(parts, media_type=EVENT_STREAM, headers=headers)


def unread() -> Response:
    """Return what stands for a response where the client is gone; nginx logs such requests with this status."""
    return Response(status_code=499)


async def last(events: AsyncGenerator[Event]) -> Done:
    """Return what a reply ends with."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Done):
                return event
    raise AssertionError("a reply ends with Done")


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
