"""Vendors on loopback: servers that speak the streaming protocols of OpenAI, Anthropic and Gemini, and their faults.

Written from the vendors' public documentation:
https://platform.openai.com/docs/api-reference/chat-streaming, https://docs.claude.com/en/docs/build-with-claude/streaming,
https://ai.google.dev/api/generate-content#v1beta.models.streamGenerateContent
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What a server does instead of answering."""

    NONE = "none"
    UNAUTHORIZED = "401"
    LIMITED = "429"
    LIMITED_WITH_DATE = "429 with Retry-After"
    BROKEN = "500"
    HANG = "hang"
    HANG_AFTER_HEADERS = "hang after the headers"
    STALL = "stall after the first words"
    CUT = "cut in the middle"
    CLOSED = "closed in the middle as if it were whole"
    DRIP = "one byte a second"
    NOT_JSON = "broken JSON"
    NOT_JSON_LATER = "broken JSON in the middle"
    ENDLESS = "a stream of 100 MB"
    ONE_LINE = "a line of 100 MB"
    SECOND_END = "a second end"


WAITED_OUT = {Fault.HANG, Fault.HANG_AFTER_HEADERS, Fault.STALL, Fault.DRIP, Fault.ONE_LINE}
"""What only a deadline ends. All else is tested with deadlines that a busy machine does not reach."""


@dataclass
class Vendor:
    """A server of one protocol: what it writes, which fault it has, for how many calls, and what it saw."""

    protocol: str
    text: str | Callable[[str], str] = "NO ANSWER"
    fault: Fault = Fault.NONE
    faulty_calls: int = 1000
    fault_at: int = 3  # events before a fault in the middle
    pause: float = 0.0
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    called: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))  # one for each call
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a client has hung up
    running: int = 0
    most_running: int = 0


@asynccontextmanager
async def serving(vendor: Vendor) -> AsyncIterator[Vendor]:
    """Serve on a free port of this machine."""
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await _answer(vendor, reader, writer)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    vendor.url = f"http://127.0.0.1:{port}" + ("/v1" if vendor.protocol == "openai" else "")
    try:
        yield vendor
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(vendor: Vendor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        (int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0
    )
    body = json.loads(await reader.readexactly(length) or b"{}")
    vendor.requests.append(body)
    vendor.called.release()
    fault = vendor.fault if len(vendor.requests) <= vendor.faulty_calls else Fault.NONE
    vendor.running += 1
    vendor.most_running = max(vendor.most_running, vendor.running)
    watch = asyncio.ensure_future(reader.read(1))  # nothing more is sent by a client, so this ends when it hangs up
    sending = asyncio.ensure_future(_send(vendor, fault, body, writer))
    try:
        await asyncio.wait({watch, sending}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            vendor.left.set()
    finally:
        vendor.running -= 1
        for task in (watch, sending):
            task.cancel()
        await asyncio.gather(watch, sending, return_exceptions=True)


async def _send(vendor: Vendor, fault: Fault, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    if fault is Fault.HANG:
        await asyncio.sleep(600)
    if fault in {Fault.UNAUTHORIZED, Fault.LIMITED, Fault.LIMITED_WITH_DATE, Fault.BROKEN}:
        return await _refuse(vendor, fault, writer)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    await writer.drain()
    if fault is Fault.HANG_AFTER_HEADERS:
        await asyncio.sleep(600)
    if fault is Fault.ONE_LINE:
        await _chunk(writer, b"data: {" + b'"x": "')
        for _ in range(1600):
            await _chunk(writer, b"x" * 65536)
        await asyncio.sleep(600)  # closed here, it would be a connection that breaks, which is tried again
    said = vendor.text if isinstance(vendor.text, str) else vendor.text(json.dumps(body))
    events = list(_PROTOCOLS[vendor.protocol](said))
    for number, event in enumerate(events):
        if number == vendor.fault_at:
            if fault is Fault.STALL:
                await asyncio.sleep(600)
            if fault is Fault.CUT:
                return writer.transport.abort()
            if fault is Fault.CLOSED:
                break
            while fault is Fault.ENDLESS:
                await _chunk(writer, event * 200)
        if fault is Fault.NOT_JSON or (fault is Fault.NOT_JSON_LATER and number == vendor.fault_at):
            event = event.replace(b"}", b"", 1)
        if fault is Fault.DRIP:
            for byte in event:
                await _chunk(writer, bytes([byte]))
                await asyncio.sleep(1)
        await _chunk(writer, event)
        await asyncio.sleep(vendor.pause)
    if fault is Fault.SECOND_END:
        await _chunk(writer, b"".join(events[-3:]))
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return None


async def _refuse(vendor: Vendor, fault: Fault, writer: asyncio.StreamWriter) -> None:
    status = int(fault.value[:3])
    body = json.dumps(
        {"type": "error", "error": {"type": "some_error", "code": status, "message": "no", "status": "REFUSED"}}
    ).encode()
    wait = "Retry-After: 30\r\n" if fault is Fault.LIMITED_WITH_DATE else ""
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{wait}\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


def _pieces(text: str) -> list[str]:
    return [text[i : i + 12] for i in range(0, len(text), 12)]


def _event(data: Any, name: str = "") -> bytes:
    return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(data).encode() + b"\n\n"


def _openai(text: str) -> Iterator[bytes]:
    def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return _event(
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]} | more
        )

    yield chunk({"role": "assistant", "content": ""})
    for piece in _pieces(text):
        yield chunk({"content": piece})
    yield chunk({}, "stop")
    yield chunk({}, choices=[], usage={"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150})
    yield b"data: [DONE]\n\n"


def _anthropic(text: str) -> Iterator[bytes]:
    usage = {"input_tokens": 120, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "m", "usage": usage}
    yield _event(
        {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None}}, "message_start"
    )
    block = {"type": "text", "text": ""}
    yield _event({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start")
    for piece in _pieces(text):
        delta = {"type": "text_delta", "text": piece}
        yield _event({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")
    yield _event({"type": "content_block_stop", "index": 0}, "content_block_stop")
    stop = {"stop_reason": "end_turn", "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 30}}, "message_delta")
    yield _event({"type": "message_stop"}, "message_stop")


def _gemini(text: str) -> Iterator[bytes]:
    usage = {"promptTokenCount": 120, "candidatesTokenCount": 30, "totalTokenCount": 150}
    pieces = _pieces(text)
    for number, piece in enumerate(pieces, 1):
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": piece}]}, "index": 0}
        if number == len(pieces):
            candidate["finishReason"] = "STOP"
        yield _event({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"})


_PROTOCOLS: dict[str, Callable[[str], Iterator[bytes]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
