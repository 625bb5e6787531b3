"""Ingests that were started over HTTP, in the database."""

from __future__ import annotations

from sqlalchemy import select, update

from content.errors import NotFound
from service.conversation import new_id
from service.store.database import Database
from service.store.paging import Page, Part, columns, made, page
from service.store.rows import Job
from service.store.schema import jobs, now


async def listed(database: Database, part: Part) -> Page[Job]:
    """Return ingests, the newest first."""
    return await page(database, Job, jobs, part)


async def begin(database: Database, arguments: list[str], by: str) -> Job:
    """Note that an ingest begins."""
    row = {
        "id": new_id(), "arguments": arguments, "started_by": by, "status": "running", "output": "",
        "created_at": now(),
    }  # fmt: skip
    async with database.writing() as connection:
        await connection.execute(jobs.insert().values(row))
    return await found(database, str(row["id"]))


async def found(database: Database, job_id: str) -> Job:
    """Return an ingest. Raises NotFound."""
    async with database.reading() as connection:
        query = select(*columns(Job, jobs)).where(jobs.c.id == job_id)
        row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound("there is no such ingest.")
    return made(Job, row)


async def tell(database: Database, job_id: str, output: str) -> None:
    """Note what an ingest has said so far."""
    async with database.writing() as connection:
        await connection.execute(update(jobs).where(jobs.c.id == job_id).values(output=output))


async def end(database: Database, job_id: str, exit_status: int, output: str) -> None:
    """Note how an ingest ended."""
    values = {
        "status": "done" if exit_status == 0 else "failed", "exit_status": exit_status, "output": output,
        "ended_at": now(),
    }  # fmt: skip
    async with database.writing() as connection:
        await connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))
