"""The schema's versions: brought up when the service starts, up and down by Alembic."""

from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from service.store.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 0x676C6F73  # any number, the same in all replicas: the bytes of "glos"


async def migrate(database: Database, lock: Path, revision: str = "head", *, down: bool = False) -> None:
    """Bring the database to a version of the schema; of several processes that start together, one does it.

    ``lock`` is a file in the data folder. Raises StoreUnavailable.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)  # for the moment that another takes to do this
        async with database.writing() as connection:
            await connection.run_sync(move, revision, down)


def move(connection: Connection, revision: str, down: bool = False) -> None:
    """Bring the schema to a version within a transaction. Raises CommandError for an unknown version."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRES_LOCK})")
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)
