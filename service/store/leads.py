"""Leads in the database."""

from __future__ import annotations

from sqlalchemy import select, update

from content.errors import NotFound
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import Lead

STATUSES = ("new", "contacted", "closed")
_table = schema.leads


async def listed(database: Database, site_id: str | None, part: Part, status: str | None = None) -> Page[Lead]:
    """Return leads, the newest first."""
    where = [*of_site(_table.c.site_id, site_id)]
    if status is not None:
        where.append(_table.c.status == status)
    return await page(database, Lead, _table, part, *where)


async def found(database: Database, lead_id: str, site_id: str | None) -> Lead:
    """Return a lead. Raises NotFound for one that is unknown or of another site, alike."""
    query = select(*columns(Lead, _table)).where(_table.c.id == lead_id, *of_site(_table.c.site_id, site_id))
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound("there is no such lead.")
    return made(Lead, row)


async def mark(database: Database, lead_id: str, site_id: str | None, status: str) -> Lead:
    """Say what has become of a lead. Raises NotFound."""
    change = update(_table).where(_table.c.id == lead_id, *of_site(_table.c.site_id, site_id)).values(status=status)
    async with database.writing() as connection:
        await connection.execute(change)
    return await found(database, lead_id, site_id)
