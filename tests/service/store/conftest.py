"""A store for the tests, on each of the two databases."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlalchemy.ext.asyncio

from service.store.store import Store
from tests import postgres

SPOOL = 4 * 1024 * 1024


@pytest.fixture
def anyio_backend():
    return "asyncio"


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


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database, None for SQLite."""
    if request.param == "sqlite":
        return None
    server: postgres.Postgres = request.getfixturevalue("server")
    engine = sa.ext.asyncio.create_async_engine(server.url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await engine.dispose()
    return server.url


@pytest.fixture
async def store(url: str | None, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that has been started; what is spooled is drained by the test itself."""
    store = Store(tmp_path / "var", url, SPOOL)
    await store.start()
    yield store
    await store.close()
