"""``/v1/admin/conversations``"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from service.api.admin.principal import Agent, Site, ThePart, Viewer, noted
from service.api.visitor import TheServices
from service.privacy.export import MEDIA_TYPES, Format, exported
from service.store import conversations, handoffs
from service.store.conversations import Only
from service.store.paging import Page
from service.store.rows import ConversationItem, Exchange, Handoff, HandoffMessage

router = APIRouter(prefix="/v1/admin/conversations", tags=["admin: conversations"])
Search = Annotated[str, Query(max_length=200, description="Words of the visitor's questions.")]
Label = Annotated[str | None, Query(max_length=100)]
Filter = Annotated[Only | None, Query(description="Those in which something was refused, or a person was called to.")]


class LabelChange(BaseModel):
    """A conversation's label, null for none."""

    model_config = ConfigDict(extra="forbid")

    label: str | None = Field(max_length=100)


@dataclass(frozen=True, slots=True)
class ConversationDetail:
    """A conversation with all that was said in it."""

    conversation: ConversationItem
    messages: tuple[Exchange, ...]
    handoff: Handoff | None
    handoff_messages: tuple[HandoffMessage, ...]


@router.get("")
async def listed(
    who: Viewer,
    services: TheServices,
    part: ThePart,
    site: Site = None,
    search: Search = "",
    label: Label = None,
    only: Filter = None,
) -> Page[ConversationItem]:
    """List conversations, those with the last message first."""
    database = services.store.database
    return await conversations.listed(database, who.site(site), part, search=search, label=label, only=only)


@router.get("/export")
async def export(
    who: Viewer,
    services: TheServices,
    form: Annotated[Format, Query(alias="format")] = "csv",
    site: Site = None,
    search: Search = "",
    label: Label = None,
    only: Filter = None,
) -> StreamingResponse:
    """Give all conversations as CSV or JSON Lines, those with the last message first."""
    site_id = who.site(site)
    await noted(services, who, "export conversations", site_id, None)
    part = partial(conversations.listed, services.store.database, site_id, search=search, label=label, only=only)
    return StreamingResponse(
        exported(ConversationItem, form, part),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="conversations.{form}"'},
    )


@router.get("/{conversation_id}")
async def one(conversation_id: str, who: Viewer, services: TheServices) -> ConversationDetail:
    """Return a conversation: what was asked, what was answered, from which passages, how it was rated."""
    database = services.store.database
    found = await conversations.found(database, conversation_id, who.site_id)
    return ConversationDetail(
        found,
        tuple(await conversations.exchanges(database, conversation_id)),
        await handoffs.latest(database, conversation_id),
        tuple(await conversations.written(database, conversation_id)),
    )


@router.patch("/{conversation_id}")
async def label(conversation_id: str, body: LabelChange, who: Agent, services: TheServices) -> ConversationItem:
    """Give a conversation a label."""
    await conversations.label(services.store.database, conversation_id, who.site_id, body.label)
    return await conversations.found(services.store.database, conversation_id, who.site_id)
