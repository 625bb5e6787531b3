"""Handoffs in the database: who waits for a person, and what an agent does about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from content.errors import Conflict, NotFound
from service.conversation import new_id
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import Handoff, HandoffMessage
from service.store.schema import now

OPEN = ("waiting", "active")
_table = schema.handoffs
_UNKNOWN = "there is no such handoff."
_MOST_OPEN = 10_000


async def listed(database: Database, site_id: str | None, part: Part, status: str | None = None) -> Page[Handoff]:
    """Return handoffs, the newest first."""
    where = [*of_site(_table.c.site_id, site_id)]
    if status is not None:
        where.append(_table.c.status == status)
    return await page(database, Handoff, _table, part, *where)


async def found(database: Database, handoff_id: str, site_id: str | None) -> Handoff:
    """Return a handoff. Raises NotFound for one that is unknown or of another site, alike."""
    query = select(*columns(Handoff, _table)).where(_table.c.id == handoff_id, *of_site(_table.c.site_id, site_id))
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(_UNKNOWN)
    return made(Handoff, row)


async def open_ones(database: Database) -> list[Handoff]:
    """Return the handoffs that wait or are active, of all sites."""
    query = select(*columns(Handoff, _table)).where(_table.c.status.in_(OPEN)).limit(_MOST_OPEN)
    async with database.reading() as connection:
        return [made(Handoff, row) for row in (await connection.execute(query)).mappings()]


async def latest(database: Database, conversation_id: str) -> Handoff | None:
    """Return the last handoff of a conversation, None where there was none."""
    query = select(*columns(Handoff, _table)).where(_table.c.conversation_id == conversation_id)
    async with database.reading() as connection:
        row = (await connection.execute(query.order_by(_table.c.created_at.desc()).limit(1))).mappings().first()
    return None if row is None else made(Handoff, row)


async def take(database: Database, handoff_id: str, site_id: str | None, agent: str) -> Handoff:
    """Let an agent have a waiting handoff. Raises NotFound, and Conflict where it does not wait any more."""
    values = {"status": "active", "agent": agent, "taken_at": now()}
    return await _move(database, handoff_id, site_id, ("waiting",), values)


async def hand_back(database: Database, handoff_id: str, site_id: str | None) -> Handoff:
    """Let the assistant answer again. Raises NotFound, Conflict."""
    return await _move(database, handoff_id, site_id, OPEN, {"status": "returned", "closed_at": now()})


async def close(database: Database, handoff_id: str, site_id: str | None) -> Handoff:
    """Mark a handoff as dealt with. Raises NotFound, Conflict."""
    return await _move(database, handoff_id, site_id, OPEN, {"status": "closed", "closed_at": now()})


async def reply(database: Database, handoff: Handoff, name: str, text: str) -> HandoffMessage:
    """Write to the visitor. Raises Conflict unless an agent has the handoff."""
    message: dict[str, Any] = {
        "id": new_id(), "handoff_id": handoff.id, "conversation_id": handoff.conversation_id,
        "site_id": handoff.site_id, "author": "agent", "name": name, "text": text, "created_at": now(),
    }  # fmt: skip
    async with database.writing() as connection:
        active = select(_table.c.id).where(_table.c.id == handoff.id, _table.c.status == "active").with_for_update()
        if (await connection.execute(active)).first() is None:
            raise Conflict(f"the handoff is {handoff.status}; take it over before you write")
        await connection.execute(schema.handoff_messages.insert().values(message))
        query = select(*columns(HandoffMessage, schema.handoff_messages))
        row = (await connection.execute(query.where(schema.handoff_messages.c.id == message["id"]))).mappings().one()
    return made(HandoffMessage, row)


async def from_agents(database: Database, conversation_id: str) -> list[HandoffMessage]:
    """Return what agents have written to a conversation, the oldest first."""
    table = schema.handoff_messages
    query = select(*columns(HandoffMessage, table)).where(
        table.c.conversation_id == conversation_id, table.c.author == "agent"
    )
    async with database.reading() as connection:
        rows = await connection.execute(query.order_by(table.c.created_at, table.c.id))
        return [made(HandoffMessage, row) for row in rows.mappings()]


async def _move(
    database: Database, handoff_id: str, site_id: str | None, allowed: tuple[str, ...], values: dict[str, Any]
) -> Handoff:
    mine = (_table.c.id == handoff_id, *of_site(_table.c.site_id, site_id))
    async with database.writing() as connection:
        change = update(_table).where(*mine, _table.c.status.in_(allowed)).values(values)
        changed = (await connection.execute(change)).rowcount
        row = (await connection.execute(select(*columns(Handoff, _table)).where(*mine))).mappings().first()
    if row is None:
        raise NotFound(_UNKNOWN)
    handoff = made(Handoff, row)
    if not changed:
        by = f" by {handoff.agent}" if handoff.agent else ""
        raise Conflict(f"the handoff is {handoff.status}{by}, and was not changed")
    return handoff
