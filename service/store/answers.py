"""Curated answers in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update

from content.errors import NotFound
from service.conversation import new_id
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import CuratedAnswer
from service.store.schema import answers, milliseconds, now

_UNKNOWN = "there is no such answer."


async def listed(database: Database, site_id: str | None, part: Part) -> Page[CuratedAnswer]:
    """Return curated answers, the newest first."""
    return await page(database, CuratedAnswer, answers, part, *of_site(answers.c.site_id, site_id))


async def version(database: Database) -> tuple[int, int]:
    """Return what changes whenever an answer does."""
    query = select(func.count(answers.c.id), func.max(answers.c.updated_at))
    async with database.reading() as connection:
        count, last = (await connection.execute(query)).one()
    return count, 0 if last is None else milliseconds(last)


async def all_of_them(database: Database) -> list[CuratedAnswer]:
    """Return all curated answers that have not expired."""
    fresh = answers.c.expires_at.is_(None) | (answers.c.expires_at > now())
    async with database.reading() as connection:
        rows = (await connection.execute(select(*columns(CuratedAnswer, answers)).where(fresh))).mappings()
        return [made(CuratedAnswer, row) for row in rows]


async def create(database: Database, site_id: str, by: str, values: dict[str, Any]) -> CuratedAnswer:
    """Add an answer."""
    at, answer_id = now(), new_id()
    row = values | {"id": answer_id, "site_id": site_id, "created_by": by, "created_at": at, "updated_at": at}
    async with database.writing() as connection:
        await connection.execute(answers.insert().values(row))
    return await found(database, answer_id, site_id)


async def found(database: Database, answer_id: str, site_id: str | None) -> CuratedAnswer:
    """Return an answer. Raises NotFound for one that is unknown or of another site, alike."""
    query = select(*columns(CuratedAnswer, answers)).where(
        answers.c.id == answer_id, *of_site(answers.c.site_id, site_id)
    )
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(_UNKNOWN)
    return made(CuratedAnswer, row)


async def change(database: Database, answer_id: str, site_id: str | None, values: dict[str, Any]) -> CuratedAnswer:
    """Change an answer. Raises NotFound."""
    mine = update(answers).where(answers.c.id == answer_id, *of_site(answers.c.site_id, site_id))
    async with database.writing() as connection:
        await connection.execute(mine.values(values | {"updated_at": now()}))
    return await found(database, answer_id, site_id)


async def remove(database: Database, answer_id: str, site_id: str | None) -> None:
    """Remove an answer. Raises NotFound."""
    mine = delete(answers).where(answers.c.id == answer_id, *of_site(answers.c.site_id, site_id))
    async with database.writing() as connection:
        if not (await connection.execute(mine)).rowcount:
            raise NotFound(_UNKNOWN)
