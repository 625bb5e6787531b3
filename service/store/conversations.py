"""Conversations in the database."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import RowMapping, Select, select, update
from sqlalchemy.sql.elements import ColumnElement

from content.errors import NotFound
from service.model import Turn
from service.store import schema
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import ConversationItem, Exchange, HandoffMessage

Only = Literal["refused", "handed_off"]
_LONGEST = 500  # exchanges of a conversation that are shown
_UNKNOWN = "there is no such conversation; it may have expired."
_table = schema.conversations


def of_site(column: ColumnElement[str], site_id: str | None) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that rows belong to a site; none where all sites are meant."""
    return () if site_id is None else (column == site_id,)


async def listed(
    database: Database,
    site_id: str | None,
    part: Part,
    *,
    search: str = "",
    label: str | None = None,
    only: Only | None = None,
) -> Page[ConversationItem]:
    """Return conversations, those with the last message first. ``search`` is looked for in the questions.

    ``only`` leaves those in which something was refused, or which a person was called to.
    """
    where = [*of_site(_table.c.site_id, site_id)]
    if search:
        where.append(_table.c.questions.icontains(search, autoescape=True))
    if label is not None:
        where.append(_table.c.label == label)
    if only is not None:
        where.append(_table.c.handed_off if only == "handed_off" else _table.c.refused > 0)
    return await page(database, ConversationItem, _table, part, *where, by="last_at")


async def found(database: Database, conversation_id: str, site_id: str | None) -> ConversationItem:
    """Return a conversation. Raises NotFound for one that is unknown or of another site, alike."""
    query = select(*columns(ConversationItem, _table)).where(
        _table.c.id == conversation_id, *of_site(_table.c.site_id, site_id)
    )
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(_UNKNOWN)
    return made(ConversationItem, row)


async def exchanges(database: Database, conversation_id: str) -> list[Exchange]:
    """Return what was asked and answered in a conversation, the oldest first, with how it was rated."""
    query = _exchanges().where(schema.messages.c.conversation_id == conversation_id)
    query = query.order_by(schema.messages.c.created_at, schema.messages.c.id).limit(_LONGEST)
    return [made(Exchange, row) for row in await _all(database, query)]


async def exchange(database: Database, message_id: str, site_id: str | None) -> Exchange:
    """Return one exchange. Raises NotFound."""
    query = _exchanges().where(schema.messages.c.id == message_id, *of_site(schema.messages.c.site_id, site_id))
    rows = await _all(database, query)
    if not rows:
        raise NotFound("there is no such message; it may have expired.")
    return made(Exchange, rows[0])


async def turns(database: Database, conversation_id: str, site_id: str, most: int) -> list[Turn]:
    """Return the last turns of a conversation, so that it goes on. Raises NotFound."""
    table = schema.messages
    query = select(table.c.question, table.c.plain).where(
        table.c.conversation_id == conversation_id, table.c.site_id == site_id
    )
    rows = await _all(database, query.order_by(table.c.created_at.desc()).limit(most // 2))
    if not rows:
        raise NotFound(f"{_UNKNOWN} Start a new one without conversation_id.")
    return [turn for row in reversed(rows) for turn in (Turn("user", row["question"]), Turn("assistant", row["plain"]))]


async def written(database: Database, conversation_id: str) -> list[HandoffMessage]:
    """Return what was written while a person had the conversation, the oldest first."""
    table = schema.handoff_messages
    query = select(*columns(HandoffMessage, table)).where(table.c.conversation_id == conversation_id)
    rows = await _all(database, query.order_by(table.c.created_at, table.c.id).limit(_LONGEST))
    return [made(HandoffMessage, row) for row in rows]


async def label(database: Database, conversation_id: str, site_id: str | None, text: str | None) -> None:
    """Give a conversation a label, or none. Raises NotFound."""
    change = update(_table).where(_table.c.id == conversation_id, *of_site(_table.c.site_id, site_id))
    async with database.writing() as connection:
        changed = await connection.execute(change.values(label=text))
    if not changed.rowcount:
        raise NotFound(_UNKNOWN)


def _exchanges() -> Select[tuple[object, ...]]:
    table, rated = schema.messages, schema.feedback
    joined = table.outerjoin(rated, rated.c.message_id == table.c.id)
    return select(*columns(Exchange, table), rated.c.rating, rated.c.comment).select_from(joined)


async def _all(database: Database, query: Select[tuple[object, ...]]) -> list[RowMapping]:
    async with database.reading() as connection:
        return list((await connection.execute(query)).mappings())
