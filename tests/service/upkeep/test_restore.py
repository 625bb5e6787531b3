"""Restoring: into the other database, and where a step of it fails."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, Enum, Float, Integer, LargeBinary, String, select, text
from sqlalchemy.exc import SQLAlchemyError

from content.archive import Archive
from content.errors import BackupError
from service.store import schema
from service.store.database import Database
from service.store.store import Store
from service.upkeep import backup
from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.store import rows
from tests.service.store.conftest import emptied, postgresql
from tests.service.store.test_drain import drained

pytestmark = pytest.mark.anyio


def value_of(column: Column, number: int) -> object:
    """Return what a column may hold: texts of many scripts, numbers at their limits, nothing, where it may be nothing."""
    if column.nullable and number % 3 == 0:
        return None
    kind = column.type.impl if isinstance(column.type, schema.Instant) else column.type
    match kind:
        case Boolean():
            return number % 2 == 0
        case LargeBinary():
            return bytes(range(256))[number % 7 :]
        case JSON():
            return [[], {"a": [1, 2.5, None, True, "Ünï ‘q’ 𝄞"], "b": {}}, "text", 0][number % 4]
        case Float():
            return [0.1, 1e-300, -1 / 3, 0.0][number % 4]
        case Enum():
            return column.type.python_type("owner")
        case BigInteger():
            return [0, 1_700_000_000_123, 253_402_300_799_999][number % 3]
        case Integer():
            return number
        case String():
            return f"{number} Ünï\n'\";\\ 𝄞 {column.name}"[: kind.length]
    raise AssertionError(f"{column}: nothing is known of the type {kind!r}")


async def held(database: Database) -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, and of each value whether the database has none of it."""
    found = {}
    async with database.reading() as connection:
        for table in schema.metadata.sorted_tables:
            none = [column.is_(None).label(f"no {column.name}") for column in table.columns]
            rows = await connection.execute(select(table, *none).order_by(*table.primary_key))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found


@pytest.mark.parametrize("way", ["from SQLite to PostgreSQL", "from PostgreSQL to SQLite"])
async def test_every_row_moves_to_the_other_database(way, server, tmp_path):
    url = await emptied(server)
    source, target = (None, url) if way.startswith("from SQLite") else (url, None)
    store = Store(tmp_path / "old", source, 1 << 20)
    await store.start()
    async with store.database.writing() as connection:
        for table in schema.metadata.sorted_tables:
            rows = [{column.name: value_of(column, number) for column in table.columns} for number in range(1, 1200)]
            for begin in range(0, len(rows), 100):
                await connection.execute(table.insert(), rows[begin : begin + 100])
    before = await held(store.database)
    assert all(len(rows) == 1199 for rows in before.values())
    await backup.write(store, Archive(tmp_path / "old"), tmp_path / "file")
    await store.close()
    await backup.restore(tmp_path / "file", tmp_path / "new", target, overwrite=False)
    restored = Store(tmp_path / "new", target, 1 << 20)
    await restored.migrate()
    after = await held(restored.database)
    await restored.database.close()
    for name, rows in before.items():
        assert after[name] == rows, name


async def standing(data_dir, url) -> tuple[object, ...]:
    """Return what a restore would replace."""
    database = Database(data_dir, url)
    async with database.reading() as connection:
        kept = set((await connection.execute(select(schema.leads.c.id))).scalars())
    await database.close()
    return kept, (data_dir / "secret").read_text(), Archive(data_dir).current_id(), spooled(data_dir)


def spooled(data_dir) -> list[bytes]:
    return [path.read_bytes() for path in sorted((data_dir / "spool").glob("[0-9]*"))]


@pytest.fixture
async def another(backed_up, store, url, tmp_path):
    """What stands there when the backup is restored: other leads, another secret and snapshot."""
    await drained(store, rows.lead(id="another"))
    await store.spool.append(rows.lead(id="waiting"))
    await store.close()
    (tmp_path / "var" / "secret").write_text("t" * 40)
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", {"more.md": "# More\n\nMore of it."}))
    return await standing(tmp_path / "var", url)


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[Path]:
    """A folder on another file system, to which nothing can be moved by renaming."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


async def test_files_that_cannot_be_put_in_place_leave_all_as_it_was(backed_up, url, another, elsewhere, tmp_path):
    data_dir = tmp_path / "var"
    shutil.copytree(data_dir / "spool", elsewhere, dirs_exist_ok=True)
    shutil.rmtree(data_dir / "spool")
    (data_dir / "spool").symlink_to(elsewhere)
    with pytest.raises(BackupError, match="all is as it was"):
        await backup.restore(backed_up, data_dir, url, overwrite=True)
    assert await standing(data_dir, url) == another


_REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no commit today''; END'
"""


async def test_a_database_that_refuses_in_the_end_leaves_the_files_as_they_were(server, tmp_path):
    url, data_dir = await emptied(server), tmp_path / "var"
    store = Store(data_dir, url, 1 << 20)
    await store.start()
    ingest_folder(data_dir, write_pages(tmp_path / "pages", GLOSSARY))
    (data_dir / "secret").write_text("s" * 40)
    await drained(store, rows.lead(id="drained"))
    await backup.write(store, Archive(data_dir), tmp_path / "file")
    (data_dir / "secret").write_text("t" * 40)
    await store.spool.append(rows.lead(id="waiting"))
    await store.close()
    before = await standing(data_dir, url)
    async with postgresql(url) as connection:
        await connection.execute(text(_REFUSE))
        at_commit = "AFTER INSERT OR UPDATE OR DELETE ON alembic_version DEFERRABLE INITIALLY DEFERRED"
        await connection.execute(
            text(f"CREATE CONSTRAINT TRIGGER late {at_commit} FOR EACH ROW EXECUTE FUNCTION refuse()")
        )
    with pytest.raises(SQLAlchemyError, match="no commit today"):
        await backup.restore(tmp_path / "file", data_dir, url, overwrite=True)
    assert await standing(data_dir, url) == before
