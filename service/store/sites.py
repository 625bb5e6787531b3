"""Sites in the database. The configuration seeds them; a site that was edited here no longer follows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, func, select, update

from content.errors import Conflict, NotFound
from service.site import SiteSettings
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import SiteRow
from service.store.schema import milliseconds, now, sites


async def introduce(database: Database, configured: Iterable[SiteSettings]) -> None:
    """Bring in the configured sites that the store does not know.

    What it knows stays as it is: a command may be run without the configuration of the service.
    """
    async with database.writing() as connection:
        known = set((await connection.execute(select(sites.c.id))).scalars())
        for site in configured:
            if site.id not in known:
                await connection.execute(sites.insert().values(_seeded(site, now())))


async def seed(database: Database, configured: Iterable[SiteSettings]) -> list[str]:
    """Bring in the configured sites; return the ids of those that the configuration no longer counts for."""
    wanted = {site.id: site for site in configured}
    at, edited = now(), []
    async with database.writing() as connection:
        known = {row.id: row for row in await connection.execute(select(sites))}
        for site_id, site in wanted.items():
            row, settings = known.get(site_id), _settings(site)
            if row is None:
                await connection.execute(sites.insert().values(_seeded(site, at)))
            elif row.seeded and row.settings != settings:
                change = update(sites).where(sites.c.id == site_id)
                await connection.execute(change.values(settings=settings, updated_at=at))
            elif not row.seeded and row.settings != settings:
                edited.append(site_id)
        gone = [row.id for row in known.values() if row.seeded and row.id not in wanted]
        await connection.execute(delete(sites).where(sites.c.id.in_(gone)))
    return edited


def _settings(site: SiteSettings) -> dict[str, Any]:
    return site.model_dump(mode="json", exclude_defaults=True)


def _seeded(site: SiteSettings, at: int) -> dict[str, Any]:
    return {"id": site.id, "settings": _settings(site), "seeded": True, "created_at": at, "updated_at": at}


async def version(database: Database) -> tuple[int, int]:
    """Return what changes whenever a site does."""
    query = select(func.count(sites.c.id), func.max(sites.c.updated_at))
    async with database.reading() as connection:
        count, last = (await connection.execute(query)).one()
    return count, 0 if last is None else milliseconds(last)


async def all_of_them(database: Database) -> list[SiteRow]:
    """Return all sites."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(*columns(SiteRow, sites)))).mappings()
        return [made(SiteRow, row) for row in rows]


async def listed(database: Database, site_id: str | None, part: Part) -> Page[SiteRow]:
    """Return sites, the newest first."""
    mine = () if site_id is None else (sites.c.id == site_id,)
    return await page(database, SiteRow, sites, part, *mine)


async def found(database: Database, site_id: str) -> SiteRow:
    """Return a site. Raises NotFound."""
    async with database.reading() as connection:
        query = select(*columns(SiteRow, sites)).where(sites.c.id == site_id)
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound("there is no such site")
    return made(SiteRow, row)


async def create(database: Database, settings: SiteSettings) -> SiteRow:
    """Add a site. Raises Conflict where there is one of this id."""
    at = now()
    row = {
        "id": settings.id, "settings": settings.model_dump(mode="json", exclude_defaults=True), "seeded": False,
        "created_at": at, "updated_at": at,
    }  # fmt: skip
    async with database.writing() as connection:
        if (await connection.execute(select(sites.c.id).where(sites.c.id == settings.id))).first():
            raise Conflict(f"there is a site {settings.id!r} already")
        await connection.execute(sites.insert().values(row))
    return await found(database, settings.id)


async def replace(database: Database, settings: SiteSettings) -> SiteRow:
    """Change a site, which from then on follows the configuration no more. Raises NotFound."""
    values = {"settings": settings.model_dump(mode="json", exclude_defaults=True), "seeded": False, "updated_at": now()}
    async with database.writing() as connection:
        await connection.execute(update(sites).where(sites.c.id == settings.id).values(values))
    return await found(database, settings.id)


async def remove(database: Database, site_id: str) -> None:
    """Remove a site; what its visitors left stays until it is too old. Raises NotFound."""
    async with database.writing() as connection:
        if not (await connection.execute(delete(sites).where(sites.c.id == site_id))).rowcount:
            raise NotFound("there is no such site")
