"""Members in the database, and their sessions, of which it has hashes alone."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from content.errors import Conflict, NotFound
from service.access.token import digest
from service.conversation import new_id
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import Member, Role
from service.store.schema import members, now, sessions


async def create(database: Database, email: str, name: str, password: str, role: Role, site_id: str | None) -> Member:
    """Add a member; ``password`` is its hash. Raises Conflict where the address has one already."""
    row = {
        "id": new_id(), "email": email.lower(), "name": name, "password": password, "role": role, "site_id": site_id,
        "created_at": now(),
    }  # fmt: skip
    try:
        async with database.writing() as connection:
            await connection.execute(members.insert().values(row))
    except IntegrityError as error:
        raise Conflict("there is a member with this address already.") from error
    return await found(database, str(row["id"]), None)


async def listed(database: Database, site_id: str | None, part: Part) -> Page[Member]:
    """Return members, the newest first."""
    return await page(database, Member, members, part, *of_site(members.c.site_id, site_id))


async def found(database: Database, member_id: str, site_id: str | None) -> Member:
    """Return a member. Raises NotFound."""
    query = select(*columns(Member, members)).where(members.c.id == member_id, *of_site(members.c.site_id, site_id))
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound("there is no such member.")
    return made(Member, row)


async def change(database: Database, member_id: str, site_id: str | None, values: dict[str, Any]) -> Member:
    """Change a member and end their sessions, since what they may do has changed.

    Raises NotFound, and Conflict for the role of the last owner.
    """
    member = await found(database, member_id, site_id)
    async with database.writing() as connection:
        if values.get("role", Role.OWNER) is not Role.OWNER:
            await _must_leave_an_owner(connection, member)
        await connection.execute(update(members).where(members.c.id == member_id).values(values))
        await connection.execute(delete(sessions).where(sessions.c.member_id == member_id))
    return await found(database, member_id, site_id)


async def remove(database: Database, member_id: str, site_id: str | None) -> None:
    """Remove a member and their sessions. Raises NotFound, and Conflict for the last owner."""
    member = await found(database, member_id, site_id)
    async with database.writing() as connection:
        await _must_leave_an_owner(connection, member)
        await connection.execute(delete(sessions).where(sessions.c.member_id == member_id))
        await connection.execute(delete(members).where(members.c.id == member_id))


async def of_email(database: Database, email: str) -> Member:
    """Return the member with an address. Raises NotFound."""
    query = select(*columns(Member, members)).where(members.c.email == email.lower())
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(f"there is no member {email!r}.")
    return made(Member, row)


async def _must_leave_an_owner(connection: AsyncConnection, member: Member) -> None:
    """Raise Conflict where nobody else owns what a member owns: all sites, or the one of theirs.

    Of two owners who take it from each other at the same moment one comes second, and is refused: SQLite has one
    writer, and on PostgreSQL the second waits for the rows of the first and sees what has become of them.
    """
    reach = or_(members.c.site_id.is_(None), members.c.site_id == member.site_id)
    query = select(members.c.id).where(members.c.role == Role.OWNER, reach).order_by(members.c.id).with_for_update()
    owners = set((await connection.execute(query)).scalars())
    if owners == {member.id}:
        raise Conflict(
            f"the last owner of {member.site_id or 'all sites'} is {member.email}; without one nobody could let "
            "anybody in. Make another member an owner first."
        )


async def credentials(database: Database, email: str) -> tuple[str, str] | None:
    """Return a member's id and the hash of their password, None for an unknown address."""
    query = select(members.c.id, members.c.password).where(members.c.email == email.lower())
    async with database.reading() as connection:
        row = (await connection.execute(query)).first()
    return None if row is None else (row.id, row.password)


async def begin_session(database: Database, member_id: str, lasts: int) -> str:
    """Return the token of a new session, which lasts so many milliseconds."""
    token, at = secrets.token_urlsafe(32), now()
    row = {"sha256": digest(token), "member_id": member_id, "created_at": at, "expires_at": at + lasts}
    async with database.writing() as connection:
        await connection.execute(delete(sessions).where(sessions.c.expires_at < at))
        await connection.execute(sessions.insert().values(row))
    return token


async def of_token(database: Database, token: str) -> Member | None:
    """Return the member whose session a token is, None where it is unknown or over."""
    joined = members.join(sessions, sessions.c.member_id == members.c.id)
    query = select(*columns(Member, members)).select_from(joined)
    query = query.where(sessions.c.sha256 == digest(token), sessions.c.expires_at > now())
    async with database.reading() as connection:
        row = (await connection.execute(query)).mappings().first()
    return None if row is None else made(Member, row)


async def end_session(database: Database, token: str) -> None:
    """End a session."""
    async with database.writing() as connection:
        await connection.execute(delete(sessions).where(sessions.c.sha256 == digest(token)))
