"""Pages of a list, by key: each begins after the last row of the one before, however many rows come meanwhile."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, RowMapping, Table, literal, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from content.errors import InvalidQuestion
from service.store.database import Database
from service.store.schema import milliseconds

MOST = 200  # rows of a page


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """A part of a list of dataclasses, newest first; ``next`` is the cursor of the following part, None at the end."""

    items: tuple[_T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is wanted."""

    limit: int = 50
    cursor: str | None = None


async def page(
    database: Database,
    kind: type[_T],
    table: Table,
    part: Part,
    *where: ColumnElement[bool],
    by: str = "created_at",
    key: str = "id",
) -> Page[_T]:
    """Return a part of a table's rows as ``kind``, whose fields are columns of it.

    Raises InvalidQuestion for a cursor that was never given out, StoreUnavailable.
    """
    when, last = table.c[by], table.c[key]
    query = select(*(table.c[name] for name in {*_names(kind), by, key})).where(*where)
    if part.cursor is not None:
        # Compared as one value, so that both databases walk the index.
        query = query.where(tuple_(when, last) < tuple_(*_position(part.cursor, when, last)))
    query = query.order_by(when.desc(), last.desc()).limit(part.limit + 1)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).mappings().all()
    shown = rows[: part.limit]
    more = len(rows) > part.limit
    following = _cursor(milliseconds(shown[-1][by]), shown[-1][key]) if more else None
    return Page(tuple(made(kind, row) for row in shown), following)


def part_of(ranked: Sequence[_T], part: Part) -> Page[_T]:
    """Return a part of a list that was computed; its cursor is a place in it. Raises InvalidQuestion for another."""
    begin = 0
    if part.cursor is not None:
        if not part.cursor.isascii() or not part.cursor.isdigit():
            raise _unknown(part.cursor)
        begin = int(part.cursor)
    end = begin + part.limit
    return Page(tuple(ranked[begin:end]), str(end) if end < len(ranked) else None)


async def pages(listed: Callable[[Part], Awaitable[Page[_T]]]) -> AsyncIterator[Page[_T]]:
    """Yield a whole list page by page, as long as a page may be."""
    part: Part | None = Part(MOST)
    while part is not None:
        page = await listed(part)
        yield page
        part = Part(MOST, page.next) if page.next else None


async def all_of(listed: Callable[[Part], Awaitable[Page[_T]]]) -> list[_T]:
    """Return a list as a whole, for what is too short to be shown in parts."""
    return [item async for page in pages(listed) for item in page.items]


def made(kind: type[_T], row: RowMapping) -> _T:
    """Return a row as a value; fields that are no columns keep their defaults."""
    return kind(**{name: row[name] for name in _names(kind) if name in row})


def columns(kind: type[_T], table: Table) -> list[Column[Any]]:
    """Return the columns that a value is made of."""
    return [table.c[name] for name in _names(kind) if name in table.c]


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _cursor(when: int, key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([when, key]).encode()).decode().rstrip("=")


def _position(cursor: str, when: Column[Any], key: Column[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        at, last = said
        if not isinstance(at, int) or not isinstance(last, str) or abs(at) >= 2**53:
            raise ValueError(said)
    except (ValueError, TypeError, binascii.Error) as error:
        raise _unknown(cursor) from error
    return literal(at, when.type), literal(last, key.type)


def _unknown(cursor: str) -> InvalidQuestion:
    return InvalidQuestion(f"cursor {cursor[:20]!r} is none that was given out; begin without one")
