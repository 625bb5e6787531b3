"""The parts of an answer while it streams."""

from __future__ import annotations

from httpx_sse import ServerSentEvent

from glossator.client.call import understood
from glossator.client.errors import failure
from service.model import Answer, Citation, Delta, Sources, Started
from service.wire import Problem

ReplyEvent = Started | Sources | Delta | Citation | Answer  # the Answer comes last and counts, whatever came before

_KINDS: dict[str, type[ReplyEvent]] = {
    "start": Started, "sources": Sources, "delta": Delta, "citation": Citation, "done": Answer,
}  # fmt: skip


def reply_event(sent: ServerSentEvent, request_id: str | None) -> ReplyEvent | None:
    """Return a part of an answer, None for what this client does not know.

    Raises ApiError where the service told of one, and Unreachable for what cannot be understood.
    """
    if sent.event == "error":
        raise failure(understood(Problem, sent.data), request_id)
    kind = _KINDS.get(sent.event)
    return None if kind is None else understood(kind, sent.data)
