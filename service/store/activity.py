"""What happened day by day, counted in the database: no row is read for it, only indices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Select, Table, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from service.model import Outcome
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.schema import moment, now

_DAY = 24 * 3600 * 1000  # milliseconds
_REFUSED = frozenset({Outcome.REFUSED, Outcome.CLOSEST})


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


async def daily(database: Database, site_id: str | None, days: int) -> list[Day]:
    """Return the last days, today the last, those without anything too. Raises StoreUnavailable."""
    today = now() // _DAY
    first = today - days + 1
    outcomes: dict[tuple[int, str], int] = {}
    query = _counted(schema.messages, site_id, first).add_columns(schema.messages.c.outcome)
    query = query.group_by(schema.messages.c.outcome)
    async with database.reading() as connection:
        for day, count, outcome in await connection.execute(query):
            outcomes[day, outcome] = count
        leads = await _by_day(connection, _counted(schema.leads, site_id, first))
        handoffs = await _by_day(connection, _counted(schema.handoffs, site_id, first))
    return [
        Day(
            moment(day * _DAY).date(),
            sum(count for (there, _), count in outcomes.items() if there == day),
            outcomes.get((day, Outcome.ANSWERED), 0),
            sum(outcomes.get((day, outcome), 0) for outcome in _REFUSED),
            leads.get(day, 0),
            handoffs.get(day, 0),
        )
        for day in range(first, today + 1)
    ]


async def _by_day(connection: AsyncConnection, query: Select[int, int]) -> dict[int, int]:
    return {row.day: row.rows for row in await connection.execute(query)}


def _counted(table: Table, site_id: str | None, first: int) -> Select[int, int]:
    """Return the query for how many rows of a table came each day (since 1970), from a first day on."""
    day = type_coerce(table.c.created_at, BigInteger) // _DAY
    query = select(day.label("day"), func.count().label("rows")).where(
        table.c.created_at >= first * _DAY, *of_site(table.c.site_id, site_id)
    )
    return query.group_by(day)
