"""The store as the service holds it: the database, the spool before it, and who moves rows from one to the other."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

from content.errors import StoreUnavailable
from service.store.database import Database
from service.store.drain import Drainer
from service.store.migrate import migrate
from service.store.spool import Spool

_log = logging.getLogger("glossator.store")
_SPOOL = "spool"
_MIGRATE_LOCK = "migrate.lock"
_TRY_AGAIN = 2.0  # seconds between two tries to reach a database that is away when the service starts
_LOOK = 0.1  # seconds between two looks whether the spool is drained


class Store:
    """What is kept. ``spool_bytes`` bounds what may wait for the database."""

    def __init__(self, data_dir: Path, url: str | None, spool_bytes: int) -> None:
        self._data_dir = data_dir
        self.spool_folder = data_dir / _SPOOL
        self.database = Database(data_dir, url)
        self.spool = Spool(self.spool_folder, spool_bytes)
        self.drainer = Drainer(self.database, self.spool_folder)
        self.ready = asyncio.Event()  # the schema is there
        self.reachable = True  # the database, when this process last looked

    async def start(self) -> None:
        """Begin to take rows; where the database is away they wait in the spool. Raises ConfigurationError."""
        await asyncio.to_thread(self.spool.start)
        await self._try_to_migrate()

    async def watch(self) -> None:
        """Bring up the schema as soon as the database can be reached, then drain, until cancelled."""
        while not self.ready.is_set():
            await asyncio.sleep(_TRY_AGAIN)
            await self._try_to_migrate()
        await self.drainer.watch()

    async def _try_to_migrate(self) -> None:
        try:
            await self.migrate()
        except StoreUnavailable as error:
            _log.warning("the database cannot be reached; answers go on without it: %s", error.__cause__)

    async def migrate(self) -> None:
        """Bring up the schema. Raises StoreUnavailable, ConfigurationError."""
        await migrate(self.database, self._data_dir / _MIGRATE_LOCK)
        self.ready.set()

    async def settle(self, seconds: float) -> None:
        """Wait until all that was spooled so far is in the database. Raises StoreUnavailable after so many seconds."""
        await self.spool.flush()
        begun = time.time_ns()
        for _ in range(max(1, round(seconds / _LOOK))):
            if await self.drainer.drained(begun):
                return
            await asyncio.sleep(_LOOK)
        raise StoreUnavailable("the database is behind with what was kept; try again in a moment.")

    async def close(self) -> None:
        """Write what waits. What is not in the database by then is drained after the next start."""
        await asyncio.to_thread(self.spool.close)
        await self.database.close()
