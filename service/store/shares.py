"""Shared answers in the database: a token that nobody can guess for a message."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from content.errors import NotFound
from service.conversation import new_id
from service.store.conversations import exchange
from service.store.database import Database
from service.store.rows import Exchange
from service.store.schema import now, shares


async def share(database: Database, message_id: str, site_id: str) -> str:
    """Return the token of a message, the same whenever it is shared. Raises NotFound."""
    await exchange(database, message_id, site_id)
    row = {"token": new_id(), "message_id": message_id, "site_id": site_id, "created_at": now()}
    try:
        async with database.writing() as connection:
            await connection.execute(shares.insert().values(row))
    except IntegrityError:  # it is shared already
        async with database.reading() as connection:
            return str(
                (await connection.execute(select(shares.c.token).where(shares.c.message_id == message_id))).scalar_one()
            )
    return str(row["token"])


async def shared(database: Database, token: str) -> Exchange:
    """Return what was shared. Raises NotFound."""
    query = select(shares.c.message_id, shares.c.site_id).where(shares.c.token == token)
    async with database.reading() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound("nothing is shared at this address; it may have been removed.")
    return await exchange(database, row.message_id, row.site_id)
