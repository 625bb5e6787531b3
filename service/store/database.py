"""The database: SQLite in the data folder, or PostgreSQL by its URL. Both through one asynchronous engine."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from content.errors import ConfigurationError, MissingPackage, StoreUnavailable

DATABASE_FILE = "glossator.sqlite"
_LOCK_SECONDS = 5.0  # that a writer waits for another
_CONNECT_SECONDS = 5.0
_RETRY_AFTER = 5  # seconds that a caller is told to wait
_WRITING = "writing"  # the execution option by which a transaction says that it will write
_CHECKPOINT_TRIES = 20
# Classes of PostgreSQL's error codes that pass by themselves: connections, rollbacks by conflict, resources, objects in
# use, intervention of an operator (also: starting up), system errors.
_OUTAGES = frozenset({"08", "40", "53", "55", "57", "58"})


class Database:
    """Gives out transactions. Nothing is opened before the first one."""

    def __init__(self, data_dir: Path, url: str | None = None) -> None:
        self.place = data_dir, url  # by which another process opens the same
        self._path = data_dir / DATABASE_FILE
        self._url = url
        self._engine: AsyncEngine | None = None
        self._one_writer = asyncio.Lock()  # of this process; between processes SQLite's own lock holds

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the file in the data folder."""
        return self._url is None

    @property
    def engine(self) -> AsyncEngine:
        """The engine, made at the first use. Raises ConfigurationError, MissingPackage."""
        if self._engine is None:
            self._engine = _sqlite(self._path) if self._url is None else _postgres(self._url)
        return self._engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection to read with. Raises StoreUnavailable."""
        with _as_unavailable():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction to write in; it is committed at the end. Raises StoreUnavailable.

        On SQLite it takes the write lock at its beginning: a transaction that reads first and writes later would fail
        at once where another has written in between.
        """
        with _as_unavailable():
            if not self.is_sqlite:
                async with self.engine.begin() as connection:
                    yield connection
                return
            async with self._one_writer, self.engine.connect() as connection:
                await connection.execution_options(**{_WRITING: True})
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def alone(self, chore: int) -> AsyncIterator[bool]:
        """Say whether nobody else is at a chore, known by any number; while inside, nobody else is.

        Of a SQLite file that is clear already: one process of its data folder does the chores. Raises StoreUnavailable.
        """
        if self.is_sqlite:
            yield True
            return
        async with self.reading() as connection:
            taken = await connection.execute(select(func.pg_try_advisory_xact_lock(chore)))
            yield taken.scalar_one()

    async def scrub(self) -> None:
        """On SQLite, leave nothing of deleted rows in the database file and its log. Raises StoreUnavailable."""
        if not self.is_sqlite:
            return
        with _as_unavailable():
            async with self._one_writer, self.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("VACUUM"))
                for _ in range(_CHECKPOINT_TRIES):
                    row = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()
                    if not row[0]:
                        return
                    await asyncio.sleep(_LOCK_SECONDS / _CHECKPOINT_TRIES)  # a reader still needs the log
        raise StoreUnavailable(
            "the rows are deleted, but the write-ahead log of the database is in use and could not be emptied. "
            "Erase once more.",
            _RETRY_AFTER,
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._engine is not None:
            await self._engine.dispose()


def _sqlite(path: Path) -> AsyncEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        connect_args={"timeout": _LOCK_SECONDS, "isolation_level": None},
        hide_parameters=True,  # errors that are logged say nothing of what visitors wrote
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # what was committed has left the spool, so it must be on disk
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()
        path.chmod(0o600)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            writing = connection.get_execution_options().get(_WRITING)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str) -> AsyncEngine:
    scheme, separator, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres"} or not separator:
        raise ConfigurationError(
            f"database_url begins with {scheme!r}; it must be postgresql://USER:PASSWORD@HOST/NAME, "
            "or absent for SQLite"
        )
    if importlib.util.find_spec("asyncpg") is None:
        raise MissingPackage("database_url names a PostgreSQL; install its driver: pip install 'glossator[postgres]'")
    return create_async_engine(
        f"postgresql+asyncpg://{rest}",
        connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": 30},
        pool_pre_ping=True,
        pool_timeout=_CONNECT_SECONDS,
        hide_parameters=True,
    )


class _as_unavailable:  # noqa: N801 (reads as a verb where it is used)
    """Turns what drivers raise while the database is away or locked into StoreUnavailable."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if is_outage(error):
            raise StoreUnavailable(
                "the database cannot be reached or is locked; nothing was changed. Try again in a moment.", _RETRY_AFTER
            ) from error


def is_outage(error: BaseException | None) -> bool:
    """Whether an error says that the database is away or busy, rather than that a statement or a row is wrong."""
    if isinstance(error, OSError | TimeoutError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return isinstance(error, SQLAlchemyError) and isinstance(error.__cause__, OSError)
    if error.connection_invalidated:
        return True
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return str(sqlstate)[:2] in _OUTAGES
    if error.orig is not None and isinstance(error.orig.__cause__, ValueError):
        return False  # asyncpg could not even send the value
    return not isinstance(error, DataError | IntegrityError | ProgrammingError)
