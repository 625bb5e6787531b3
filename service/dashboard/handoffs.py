"""``/admin/handoffs``: the inbox, and a talk with a visitor while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from service.api.admin import handoffs as api
from service.api.admin.handoffs import HandoffDetail
from service.api.admin.principal import Agent, ThePart
from service.dashboard.form import validated
from service.dashboard.navigation import ROOT
from service.dashboard.talk import merged
from service.dashboard.view import HEADERS, TheView, View, go_to
from service.store.rows import Exchange, HandoffMessage

router = APIRouter(prefix=f"{ROOT}/handoffs", include_in_schema=False)

_LOOK_SECONDS = 0.5  # between two looks for news: an agent who chats feels a longer wait
_PING_SECONDS = 15.0
# Of a stream. The page opens another at once, and is asked again whether it still may.
_LONGEST_SECONDS = 300.0


@router.get("")
async def listed(who: Agent, view: TheView, part: ThePart, status: api.Status | Literal[""] = "") -> Response:
    """List handoffs, the newest first; those who wait and those who are talked to are above all others."""
    page = await api.listed(who, view.services, part, view.site_id, status or None)
    return view.show(who, "handoffs.html", page=page, status=status)


@router.get("/{handoff_id}")
async def one(handoff_id: str, who: Agent, view: TheView) -> Response:
    """Show a handoff with its transcript, which grows while the page is open."""
    detail = await api.one(handoff_id, who, view.services)
    return view.show(who, "handoff.html", one=detail.handoff, talk=_talk(detail))


@router.get("/{handoff_id}/events")
async def events(handoff_id: str, who: Agent, view: TheView) -> StreamingResponse:
    """Stream the talk (`talk`: all of it, `message`: what is new) and what an agent can do now (`state`)."""
    detail = await api.one(handoff_id, who, view.services)
    headers = HEADERS | {"X-Accel-Buffering": "no"}
    return StreamingResponse(_news(detail, who, view), media_type="text/event-stream", headers=headers)


@router.post("/{handoff_id}/take")
async def take(handoff_id: str, who: Agent, view: TheView) -> Response:
    """Take over."""
    await api.take(handoff_id, who, view.services)
    return go_to(_page(view, handoff_id))


@router.post("/{handoff_id}/reply")
async def reply(handoff_id: str, who: Agent, view: TheView, text: Annotated[str, Form()] = "") -> Response:
    """Write to the visitor; the message comes back to the page with the events."""
    await api.reply(handoff_id, validated(api.Reply, {"text": text}), who, view.services)
    return Response(status_code=204, headers=HEADERS)


@router.post("/{handoff_id}/return")
async def hand_back(handoff_id: str, who: Agent, view: TheView) -> Response:
    """Hand back to the assistant."""
    await api.hand_back(handoff_id, who, view.services)
    return go_to(_page(view, handoff_id))


@router.post("/{handoff_id}/close")
async def close(handoff_id: str, who: Agent, view: TheView) -> Response:
    """Mark as dealt with."""
    await api.close(handoff_id, who, view.services)
    return go_to(_page(view, handoff_id))


async def _news(detail: HandoffDetail, who: Agent, view: View) -> AsyncIterator[bytes]:
    told, seen = detail.handoff.status, {said.id for said in _talk(detail)}
    yield _event("talk", view, who, "talk.html", talk=_talk(detail))
    quiet = 0.0
    for _ in range(round(_LONGEST_SECONDS / _LOOK_SECONDS)):
        await asyncio.sleep(_LOOK_SECONDS)
        detail = await api.one(detail.handoff.id, who, view.services)
        quiet += _LOOK_SECONDS
        new = [said for said in _talk(detail) if said.id not in seen]
        if new:
            seen |= {said.id for said in new}
            yield _event("message", view, who, "talk.html", talk=new)
            quiet = 0.0
        if detail.handoff.status != told:
            told = detail.handoff.status
            yield _event("state", view, who, "handoff-state.html", one=detail.handoff)
        elif quiet >= _PING_SECONDS:
            yield KEEPALIVE_COMMENT
            quiet = 0.0


def _event(name: str, view: View, who: Agent, template: str, **values: object) -> bytes:
    return format_sse_event(event=name, data_str=bytes(view.show(who, template, **values).body).decode())


def _talk(detail: HandoffDetail) -> list[Exchange | HandoffMessage]:
    return merged(detail.messages, detail.handoff_messages)


def _page(view: View, handoff_id: str) -> str:
    return view.link(f"{ROOT}/handoffs/{handoff_id}")
