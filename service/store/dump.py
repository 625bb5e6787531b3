"""The rows of a database as lines of JSON, the same for SQLite and PostgreSQL: each restores to the other."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import JSON, Connection, LargeBinary, MetaData, Table, select, text

from content.errors import BackupError
from service.store import schema
from service.store.database import Database
from service.store.migrate import move

_AT_ONCE = 500  # rows of one statement


async def write(database: Database, folder: Path) -> str:
    """Write each table to a file of its own, all as of one moment; return the version of the schema.

    Raises StoreUnavailable.
    """
    async with database.reading() as connection:
        if not database.is_sqlite:  # SQLite reads as of one moment anyway
            await connection.execution_options(isolation_level="REPEATABLE READ")
        revision = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
        for table in (await connection.run_sync(_reflected)).values():
            with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                async with connection.stream(select(table)) as rows:
                    async for row in rows.mappings():
                        file.write(json.dumps(_written(row), ensure_ascii=False) + "\n")
    return str(revision)


@asynccontextmanager
async def replaced(database: Database, folder: Path, revision: str) -> AsyncIterator[None]:
    """Make the database what the files say, in one transaction: what it held is gone, the schema is the present one.

    It is committed when the block inside has ended well, and as it was otherwise. Raises StoreUnavailable, BackupError.
    """
    async with database.writing() as connection:
        await connection.run_sync(_load, folder, revision)
        yield


async def is_empty(database: Database) -> bool:
    """Whether the database holds nothing that anybody would miss. Raises StoreUnavailable."""
    async with database.reading() as connection:
        tables = await connection.run_sync(_reflected)
        return not any([(await connection.execute(select(table).limit(1))).first() for table in tables.values()])


def _load(connection: Connection, folder: Path, revision: str) -> None:
    move(connection, "base", down=True)
    try:
        move(connection, revision)
    except CommandError as error:
        raise BackupError(
            f"the backup has version {revision} of the database, which this version of Glossator does not know; "
            "restore it with the version that made it, or a newer one"
        ) from error
    tables = _reflected(connection)
    for path in sorted(folder.glob("*.jsonl")):
        if path.stem not in tables:
            raise BackupError(f"the backup has a table {path.stem!r}, which version {revision} of the database has not")
        for rows in _parts(path, tables[path.stem]):
            connection.execute(tables[path.stem].insert(), rows)
    move(connection, "head")


def _reflected(connection: Connection) -> Mapping[str, Table]:
    """Return the tables as the database has them, which may be those of another version."""
    found = MetaData()
    found.reflect(connection)
    for column in (column for table in found.tables.values() for column in table.columns):
        if isinstance(column.type, JSON):
            column.type.none_as_null = True  # as the schema has it; a database does not tell
    return {name: table for name, table in found.tables.items() if name in schema.metadata.tables}


def _parts(path: Path, table: Table) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for row in _rows(path):
        rows.append(_loaded(row, table))
        if len(rows) == _AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _written(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value
        for name, value in row.items()
    }


def _loaded(row: dict[str, Any], table: Table) -> dict[str, Any]:
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    return {name: base64.b64decode(value) if name in binary and value else value for name, value in row.items()}
