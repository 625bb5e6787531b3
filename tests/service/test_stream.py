"""Streams that last: comments while nothing comes, faults, and visitors who leave."""

from __future__ import annotations

import asyncio

import pytest

from content.errors import Busy
from service.api import chat
from service.api.stream import paced
from service.model import Delta, Sources, Started

pytestmark = pytest.mark.anyio


async def collected(stream) -> list[bytes]:
    return [part async for part in stream]


async def test_a_comment_is_sent_while_nothing_comes():
    commented = asyncio.Event()

    async def slow():
        await commented.wait()
        yield Delta("late")

    parts = []
    async for part in chat.stream(paced([Started("c", "m"), Sources()], slow(), ping_seconds=0.05)):
        parts.append(part)
        if part.startswith(b":"):
            commented.set()
    assert parts[2].startswith(b":")
    assert parts[-1].startswith(b"event: delta\n")


@pytest.mark.parametrize(("fault", "status"), [(Busy("too much waits"), 503), (RuntimeError("secret"), 500)])
async def test_a_fault_ends_the_stream_with_an_error(fault, status):
    async def broken():
        yield Delta("half")
        raise fault

    parts = await collected(chat.stream(paced([Started("c", "m")], broken())))
    assert parts[-1].startswith(b"event: error\n")
    assert f'"status":{status}'.encode() in parts[-1]
    assert b"secret" not in parts[-1]


async def test_a_visitor_who_leaves_stops_the_work():
    stopped = asyncio.Event()

    async def endless():
        try:
            while True:
                await asyncio.sleep(0.01)
                yield Delta("more")
        finally:
            stopped.set()

    events = endless()
    stream = chat.stream(paced([], events))
    await anext(stream)
    await stream.aclose()
    await events.aclose()
    await asyncio.wait_for(stopped.wait(), 30)
