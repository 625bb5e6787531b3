"""What is to be sent outwards, in the database: claimed by one process at a time, tried again until it arrives."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from service.store.database import Database
from service.store.paging import columns, made
from service.store.schema import deliveries, now

_log = logging.getLogger("glossator.deliveries")
_AT_ONCE = 20
_CLAIM = 120_000  # milliseconds that a claim lasts; then whoever claimed is taken to have died
_FIRST_WAIT = 10_000  # milliseconds before the second try; each further wait is four times as long
_MOST_TRIES = 8  # the last one after about a day and a half


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to be told outside. ``kind`` is the table of ``subject_id``."""

    id: str
    site_id: str
    channel: str
    kind: str
    subject_id: str
    attempts: int
    due_at: datetime


async def claim(database: Database) -> list[Delivery]:
    """Return what is due, which from now on nobody else gets for a while. Raises StoreUnavailable."""
    at = now()
    query = select(*columns(Delivery, deliveries)).where(deliveries.c.due_at <= at)
    query = query.order_by(deliveries.c.due_at).limit(_AT_ONCE)
    async with database.reading() as connection:
        due = [made(Delivery, row) for row in (await connection.execute(query)).mappings()]
    claimed = []
    for one in due:
        change = update(deliveries).where(deliveries.c.id == one.id, deliveries.c.due_at == one.due_at)
        async with database.writing() as connection:
            if (await connection.execute(change.values(due_at=at + _CLAIM))).rowcount:
                claimed.append(one)
    return claimed


async def done(database: Database, delivery: Delivery) -> None:
    """Remove what has arrived."""
    async with database.writing() as connection:
        await connection.execute(delete(deliveries).where(deliveries.c.id == delivery.id))


async def failed(database: Database, delivery: Delivery, reason: str) -> None:
    """Try again later; give up after the last try."""
    tries = delivery.attempts + 1
    if tries >= _MOST_TRIES:
        _log.error("%s of the site %s is given up after %d tries", delivery.channel, delivery.site_id, tries)
        await done(database, delivery)
        return
    values = {"attempts": tries, "due_at": now() + _FIRST_WAIT * 4**delivery.attempts, "error": reason}
    async with database.writing() as connection:
        await connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))
