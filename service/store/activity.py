"""What happened day by day, counted in the database: no row is read for it, only indices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, Table, func, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from service.model import Outcome
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.schema import moment

_DAY = 24 * 3600 * 1000  # milliseconds
_EPOCH = date(1970, 1, 1)
_REFUSED = (Outcome.REFUSED, Outcome.CLOSEST)


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC: how many questions were asked, answered and refused, how many leads and handoffs came.

    What is neither answered nor refused, such as a greeting or a question back, counts as asked alone.
    """

    date: date
    asked: int
    answered: int
    refused: int
    leads: int
    handoffs: int


async def daily(database: Database, site_id: str | None, first: date, last: date) -> list[Day]:
    """Return the days of a period, those without anything too. Raises StoreUnavailable."""
    days = range(_number(first), _number(last) + 1)
    async with database.reading() as connection:
        messages = {row.day: row for row in await connection.execute(_outcomes(site_id, days))}
        leads = await _by_day(connection, _counted(schema.leads, site_id, days))
        handoffs = await _by_day(connection, _counted(schema.handoffs, site_id, days))
    return [
        Day(
            moment(day * _DAY).date(),
            messages[day].asked,
            messages[day].answered,
            messages[day].refused,
            leads.get(day, 0),
            handoffs.get(day, 0),
        )
        for day in days
    ]


def _number(day: date) -> int:
    """Return which day since 1970 a day is."""
    return (day - _EPOCH).days


def _outcomes(site_id: str | None, wanted: range) -> Select[int, int, int, int]:
    """Return the query for how the messages of each day (since 1970) were answered.

    Each count is a range of an index. Grouping the rows by their day would sort all of them first, which takes SQLite
    three times as long.
    """
    days = select(literal(wanted.start, BigInteger).label("day")).cte("days", recursive=True)
    days = days.union_all(select(days.c.day + 1).where(days.c.day < wanted.stop - 1))
    said = schema.messages.c
    begun = [type_coerce(one, BigInteger) * _DAY for one in (days.c.day, days.c.day + 1)]
    at = type_coerce(said.created_at, BigInteger)
    of_day = (at >= begun[0], at < begun[1], *of_site(said.site_id, site_id))

    def counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        return select(func.count()).select_from(schema.messages).where(*of_day, *conditions).scalar_subquery()

    return select(
        days.c.day,
        counted().label("asked"),
        counted(said.outcome == Outcome.ANSWERED).label("answered"),
        counted(said.outcome.in_(_REFUSED)).label("refused"),
    )


async def _by_day(connection: AsyncConnection, query: Select[int, int]) -> dict[int, int]:
    return {row.day: row.rows for row in await connection.execute(query)}


def _counted(table: Table, site_id: str | None, wanted: range) -> Select[int, int]:
    """Return the query for how many rows of a table came on each of these days (since 1970)."""
    at = type_coerce(table.c.created_at, BigInteger)
    day = at // _DAY
    query = select(day.label("day"), func.count().label("rows")).where(
        at >= wanted.start * _DAY, at < wanted.stop * _DAY, *of_site(table.c.site_id, site_id)
    )
    return query.group_by(day)
