"""A store for the tests, on each of the two databases."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from service.store.store import Store
from tests import postgres

SPOOL = 4 * 1024 * 1024


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Postgres]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # Not below pytest's own folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="glossator-postgres-"))
    folder.chmod(0o755)
    try:
        with postgres.running(folder / "data") as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def postgresql(url: str) -> AsyncIterator[AsyncConnection]:
    """Give a transaction on a PostgreSQL, besides what the store does there."""
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def emptied(server: postgres.Postgres) -> str:
    """Return the URL of a PostgreSQL that holds nothing."""
    async with postgresql(server.url) as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    return server.url


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database, None for SQLite."""
    if request.param == "sqlite":
        return None
    return await emptied(request.getfixturevalue("server"))


@pytest.fixture
async def store(url: str | None, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that has been started; what is spooled is drained by the test itself."""
    store = Store(tmp_path / "var", url, SPOOL)
    await store.start()
    yield store
    await store.close()
