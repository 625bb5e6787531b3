"""Who did what, in the database."""

from __future__ import annotations

from service.conversation import new_id
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import Page, Part, page
from service.store.rows import AuditEntry
from service.store.schema import now


async def record(database: Database, actor: str, action: str, site_id: str | None, target: str | None) -> None:
    """Note who did what."""
    row = {
        "id": new_id(), "site_id": site_id, "actor": actor, "action": action, "target": target, "created_at": now(),
    }  # fmt: skip
    async with database.writing() as connection:
        await connection.execute(schema.audit.insert().values(row))


async def listed(database: Database, site_id: str | None, part: Part) -> Page[AuditEntry]:
    """Return what was done, the last first."""
    return await page(database, AuditEntry, schema.audit, part, *of_site(schema.audit.c.site_id, site_id))
