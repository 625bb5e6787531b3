"""All that is kept of a visitor: found, given out, erased; and what is too old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.questions import recount
from service.store.schema import now

_AT_ONCE = 500  # ids in one statement
_DAY = 86_400_000  # milliseconds
_AUDIT_DAYS = 730


@dataclass(frozen=True, slots=True)
class Traces:
    """The ids of the rows that a visitor left."""

    conversations: frozenset[str]
    leads: frozenset[str]
    messages: frozenset[str]
    handoffs: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """All of them."""
        return self.conversations | self.leads | self.messages | self.handoffs


async def traces(database: Database, site_id: str | None, *, visitor_id: str | None, email: str | None) -> Traces:
    """Find what a visitor left at a site, or at all: by the id of their sessions, or by their e-mail address.

    By an address are found the leads and handoffs that name it, the conversations that hold it, and whatever else the
    visitors of those leads and handoffs left.
    """
    async with database.reading() as connection:
        visitors = {visitor_id} if visitor_id else set()
        conversations: set[str] = set()
        if email:
            conversations = await _holding(connection, site_id, email)
            for table, column in ((schema.leads, schema.leads.c.email), (schema.handoffs, schema.handoffs.c.contact)):
                query = select(table.c.conversation_id, table.c.visitor_id).where(
                    column.icontains(email, autoescape=True), *of_site(table.c.site_id, site_id)
                )
                for conversation, visitor in await connection.execute(query):
                    conversations |= {conversation} if conversation else set()
                    visitors |= {visitor} if visitor else set()
        table = schema.conversations
        conversations |= await _ids(connection, table.c.id, table.c.visitor_id, visitors, site_id)
        return await _rows_of(connection, conversations, visitors, email, site_id)


async def _holding(connection: AsyncConnection, site_id: str | None, email: str) -> set[str]:
    """Return the conversations in whose words an address stands."""
    found: set[str] = set()
    for table, texts in (
        (schema.messages, ("question", "searched", "answer")),
        (schema.handoff_messages, ("text",)),
    ):
        holds = or_(*(table.c[name].icontains(email, autoescape=True) for name in texts))
        query = select(table.c.conversation_id).where(holds, *of_site(table.c.site_id, site_id))
        found |= set((await connection.execute(query)).scalars())
    return found


async def _rows_of(
    connection: AsyncConnection, conversations: set[str], visitors: set[str], email: str | None, site_id: str | None
) -> Traces:
    messages, handoffs, leads = schema.messages, schema.handoffs, schema.leads
    left = await _ids(connection, leads.c.id, leads.c.conversation_id, conversations, site_id)
    left |= await _ids(connection, leads.c.id, leads.c.visitor_id, visitors, site_id)
    if email:
        query = select(leads.c.id).where(leads.c.email.icontains(email, autoescape=True))
        left |= set((await connection.execute(query.where(*of_site(leads.c.site_id, site_id)))).scalars())
    return Traces(
        frozenset(conversations),
        frozenset(left),
        frozenset(await _ids(connection, messages.c.id, messages.c.conversation_id, conversations, site_id)),
        frozenset(await _ids(connection, handoffs.c.id, handoffs.c.conversation_id, conversations, site_id)),
    )


async def _ids(
    connection: AsyncConnection, wanted: Column[Any], by: Column[Any], values: set[str], site_id: str | None
) -> set[str]:
    found: set[str] = set()
    for part in _parts(values):
        query = select(wanted).where(by.in_(part), *of_site(wanted.table.c.site_id, site_id))
        found |= set((await connection.execute(query)).scalars())
    return found


def _places(left: Traces) -> tuple[tuple[Table, Column[Any], frozenset[str]], ...]:
    """Return every table that holds something of a visitor, with the ids that find it."""
    return (
        (schema.shares, schema.shares.c.message_id, left.messages),
        (schema.feedback, schema.feedback.c.message_id, left.messages),
        (schema.messages, schema.messages.c.id, left.messages),
        (schema.handoff_messages, schema.handoff_messages.c.conversation_id, left.conversations),
        (schema.deliveries, schema.deliveries.c.subject_id, left.handoffs | left.leads),
        (schema.handoffs, schema.handoffs.c.id, left.handoffs),
        (schema.leads, schema.leads.c.id, left.leads),
        (schema.conversations, schema.conversations.c.id, left.conversations),
    )


async def rows(database: Database, left: Traces) -> dict[str, list[dict[str, Any]]]:
    """Return the rows themselves, by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with database.reading() as connection:
        for table, column, ids in _places(left):
            found[table.name] = [
                dict(row)
                for part in _parts(ids)
                for row in (await connection.execute(select(table).where(column.in_(part)))).mappings()
            ]
    return found


async def erase(database: Database, left: Traces) -> dict[str, int]:
    """Delete the rows; return how many of each table."""
    gone: dict[str, int] = {}
    async with database.writing() as connection:
        asked = await _ids(connection, schema.messages.c.question_id, schema.messages.c.id, set(left.messages), None)
        for table, column, ids in _places(left):
            gone[table.name] = 0
            for part in _parts(ids):
                gone[table.name] += (await connection.execute(delete(table).where(column.in_(part)))).rowcount
        await recount(connection, asked - {None})
    return gone


async def expire(database: Database, site_id: str, days: int | None, lead_days: int | None) -> int:
    """Delete the conversations and leads of a site that are older than that; return how many. None keeps them.

    A lead has its own time: it may outlive its conversation.
    """
    count = 0
    if days is not None:
        while old := await _old(database, schema.conversations.c.last_at, site_id, days):
            async with database.reading() as connection:
                left = await _rows_of(connection, old, set(), None, None)
            await erase(database, Traces(left.conversations, frozenset(), left.messages, left.handoffs))
            count += len(old)
    if lead_days is not None:
        while old := await _old(database, schema.leads.c.created_at, site_id, lead_days):
            await erase(database, Traces(frozenset(), frozenset(old), frozenset(), frozenset()))
            count += len(old)
    return count


async def site_ids(database: Database) -> set[str]:
    """Return the sites that something is kept of, also those that are gone."""
    async with database.reading() as connection:
        of_conversations = (await connection.execute(select(schema.conversations.c.site_id).distinct())).scalars()
        of_leads = (await connection.execute(select(schema.leads.c.site_id).distinct())).scalars()
        return {*of_conversations, *of_leads}


async def expire_rest(database: Database) -> None:
    """Delete what belongs to no conversation any more: ratings of answers that were never kept, old audit entries."""
    cutoff = now() - _AUDIT_DAYS * _DAY
    async with database.writing() as connection:
        for table in (schema.feedback, schema.audit):
            await connection.execute(delete(table).where(table.c.created_at < cutoff))


async def _old(database: Database, column: Column[Any], site_id: str, days: int) -> set[str]:
    query = (
        select(column.table.c.id).where(column.table.c.site_id == site_id, column < now() - days * _DAY).limit(_AT_ONCE)
    )
    async with database.reading() as connection:
        return set((await connection.execute(query)).scalars())


def _parts(ids: Sequence[str] | frozenset[str] | set[str]) -> Iterator[list[str]]:
    listed = sorted(ids)
    for at in range(0, len(listed), _AT_ONCE):
        yield listed[at : at + _AT_ONCE]
