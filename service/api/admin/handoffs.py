"""``/v1/admin/handoffs``: the inbox, and what an agent does there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.api.admin.principal import Agent, Site, ThePart, noted
from service.api.visitor import Services, TheServices
from service.store import conversations, handoffs
from service.store.paging import Page
from service.store.rows import Exchange, Handoff, HandoffMessage

router = APIRouter(prefix="/v1/admin/handoffs", tags=["admin: handoffs"])
Status = Literal["waiting", "active", "returned", "closed"]


class Reply(BaseModel):
    """What an agent writes."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class HandoffDetail:
    """A handoff with its transcript: what the assistant answered, and what was written since."""

    handoff: Handoff
    messages: tuple[Exchange, ...]
    handoff_messages: tuple[HandoffMessage, ...]


@router.get("")
async def listed(
    who: Agent, services: TheServices, part: ThePart, site: Site = None, status: Status | None = None
) -> Page[Handoff]:
    """List handoffs, the newest first."""
    return await handoffs.listed(services.store.database, who.site(site), part, status)


@router.get("/{handoff_id}")
async def one(handoff_id: str, who: Agent, services: TheServices) -> HandoffDetail:
    """Return a handoff with its transcript."""
    database = services.store.database
    found = await handoffs.found(database, handoff_id, who.site_id)
    return HandoffDetail(
        found,
        tuple(await conversations.exchanges(database, found.conversation_id)),
        tuple(await conversations.written(database, found.conversation_id)),
    )


@router.post("/{handoff_id}/take")
async def take(handoff_id: str, who: Agent, services: TheServices) -> Handoff:
    """Take over: from now on the visitor's messages come here, and the assistant is silent."""
    handoff = await handoffs.take(services.store.database, handoff_id, who.site_id, who.name)
    return await _changed(services, who, "take handoff", handoff)


@router.post("/{handoff_id}/reply", status_code=201)
async def reply(handoff_id: str, body: Reply, who: Agent, services: TheServices) -> HandoffMessage:
    """Write to the visitor."""
    handoff = await handoffs.found(services.store.database, handoff_id, who.site_id)
    return await handoffs.reply(services.store.database, handoff, who.name, body.text)


@router.post("/{handoff_id}/return")
async def hand_back(handoff_id: str, who: Agent, services: TheServices) -> Handoff:
    """Hand back to the assistant."""
    handoff = await handoffs.hand_back(services.store.database, handoff_id, who.site_id)
    return await _changed(services, who, "return handoff", handoff)


@router.post("/{handoff_id}/close")
async def close(handoff_id: str, who: Agent, services: TheServices) -> Handoff:
    """Mark as dealt with."""
    handoff = await handoffs.close(services.store.database, handoff_id, who.site_id)
    return await _changed(services, who, "close handoff", handoff)


async def _changed(services: Services, who: Agent, action: str, handoff: Handoff) -> Handoff:
    services.desk.changed(handoff)
    await noted(services, who, action, handoff.site_id, handoff.id)
    return handoff
