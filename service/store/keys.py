"""Admin keys in the database, which has their hashes alone."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update

from content.errors import NotFound
from service.access.token import digest
from service.conversation import new_id
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import Key, Role
from service.store.schema import keys, now

_PREFIX = "glo_"  # by which scanners for leaked secrets, and people, know a key
_USED_EVERY = 60_000  # milliseconds; a key that is used all the time is not written all the time


async def create(database: Database, role: Role, site_id: str | None, name: str | None) -> tuple[Key, str]:
    """Return a new key: what is kept of it, and the key itself, which is not."""
    token = _PREFIX + secrets.token_urlsafe(32)
    key_id = new_id()
    row = {"id": key_id, "sha256": digest(token), "role": role, "site_id": site_id, "name": name, "created_at": now()}
    async with database.writing() as connection:
        await connection.execute(keys.insert().values(row))
    return await _key(database, key_id), token


async def listed(database: Database, site_id: str | None, part: Part) -> Page[Key]:
    """Return keys, the newest first, revoked ones too."""
    return await page(database, Key, keys, part, *of_site(keys.c.site_id, site_id))


async def revoke(database: Database, key_id: str, site_id: str | None) -> Key:
    """End a key; ended ones stay ended. Raises NotFound."""
    mine = (keys.c.id == key_id, *of_site(keys.c.site_id, site_id))
    change = update(keys).where(*mine, keys.c.revoked_at.is_(None)).values(revoked_at=now())
    async with database.writing() as connection:
        changed = (await connection.execute(change)).rowcount
        known = changed or (await connection.execute(select(keys.c.id).where(*mine))).first()
    if not known:
        raise NotFound(f"there is no key {key_id!r}.")
    return await _key(database, key_id)


async def of_token(database: Database, token: str) -> Key | None:
    """Return the key that a token is, None for one that is unknown or revoked."""
    query = select(*columns(Key, keys)).where(keys.c.sha256 == digest(token), keys.c.revoked_at.is_(None))
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    return None if row is None else made(Key, row)


async def used(database: Database, key_id: str) -> None:
    """Remember that a key was used, to the minute."""
    table, at = keys, now()
    stale = table.c.last_used_at.is_(None) | (table.c.last_used_at < at - _USED_EVERY)
    async with database.writing() as connection:
        await connection.execute(update(table).where(table.c.id == key_id, stale).values(last_used_at=at))


async def _key(database: Database, key_id: str) -> Key:
    query = select(*columns(Key, keys)).where(keys.c.id == key_id)
    async with database.reading() as connection:
        return made(Key, (await connection.execute(query)).mappings().one())
