"""``/admin/conversations``: looked for, read, labelled, taken away as files."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Response

from service.api.admin import conversations as api
from service.api.admin.principal import Agent, ThePart, Viewer
from service.dashboard.navigation import ROOT
from service.dashboard.talk import merged
from service.dashboard.view import TheView, go_to
from service.store.conversations import Only

router = APIRouter(prefix=f"{ROOT}/conversations", include_in_schema=False)


@router.get("")
async def listed(
    who: Viewer,
    view: TheView,
    part: ThePart,
    search: Annotated[str, Query(max_length=200)] = "",
    label: Annotated[str, Query(max_length=100)] = "",
    only: Only | Literal[""] = "",
) -> Response:
    """List conversations, those with the last message first."""
    page = await api.listed(who, view.services, part, view.site_id, search, label or None, only or None)
    return view.show(who, "conversations.html", page=page, search=search, label=label, only=only)


@router.get("/{conversation_id}")
async def one(conversation_id: str, who: Viewer, view: TheView) -> Response:
    """Show a conversation: what was asked, what was answered, from which passages, how it was rated."""
    detail = await api.one(conversation_id, who, view.services)
    talk = merged(detail.messages, detail.handoff_messages)
    return view.show(who, "conversation.html", one=detail.conversation, handoff=detail.handoff, talk=talk)


@router.post("/{conversation_id}/label")
async def label(
    conversation_id: str, who: Agent, view: TheView, text: Annotated[str, Form(alias="label", max_length=100)] = ""
) -> Response:
    """Give a conversation a label, none where nothing is written."""
    await api.label(conversation_id, api.LabelChange(label=text.strip() or None), who, view.services)
    return go_to(view.link(f"{ROOT}/conversations/{conversation_id}"))
