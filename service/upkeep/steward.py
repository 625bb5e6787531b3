"""The steward: what goes on beside the requests. One process of a data folder drains, notifies and tidies up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress

from content.errors import Busy, StoreUnavailable
from service.answering.curated import Curated
from service.learn.learner import Learner
from service.learn.reports import Reports
from service.people.desk import Desk
from service.people.notify import Notifier
from service.privacy import erasure
from service.sites import Sites
from service.store.store import Store
from service.store.unbroken import unbroken

_log = logging.getLogger("glossator.steward")
_NEWS_SECONDS = 1.0  # after which every process knows what another has changed
_SEND_SECONDS = 2.0
_LEARN_SECONDS = 5.0
_PREPARE_SECONDS = 30.0
_TIDY_SECONDS = 3600.0


class Steward:
    """Keeps this process up to date with the store, and does the chores where it is the one to do them."""

    def __init__(
        self,
        store: Store,
        sites: Sites,
        desk: Desk,
        curated: Curated,
        notifier: Notifier,
        learner: Learner,
        reports: Reports,
    ) -> None:
        self._store = store
        self._sites = sites
        self._desk = desk
        self._curated = curated
        self._notifier = notifier
        self._learner = learner
        self._reports = reports
        self._seeded = False

    async def watch(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._store.watch())
            tasks.create_task(self._keep_up())
            tasks.create_task(self._prepare())
            tasks.create_task(self._chore(self._notifier.send_due, _SEND_SECONDS))
            tasks.create_task(self._chore(self._learner.learn, _LEARN_SECONDS))
            tasks.create_task(self._chore(self._tidy, _TIDY_SECONDS))

    async def catch_up(self) -> None:
        """Take over what the store says, after telling it what is configured; nothing where it cannot be reached."""
        try:
            if not self._seeded:
                await self._sites.seed(self._store)
                self._seeded = True
            await self._sites.refresh(self._store)
            await self._desk.refresh()
            await self._curated.refresh()
            self._store.reachable = True
        except StoreUnavailable:
            self._store.reachable = False
        except Busy as error:  # too many questions wait to be embedded
            _log.debug("what has changed is not known at the moment: %s", error)

    async def _keep_up(self) -> None:
        await self._store.ready.wait()
        while True:
            await unbroken(self.catch_up())
            await asyncio.sleep(_NEWS_SECONDS)

    async def _prepare(self) -> None:
        """Have reports ready; every process has its own."""
        await self._store.ready.wait()
        while True:
            with suppress(Busy):  # told where it is first missed
                await unbroken(self._reports.prepare())
            await asyncio.sleep(_PREPARE_SECONDS)

    async def _chore(self, work: Callable[[], Coroutine[None, None, None]], seconds: float) -> None:
        await self._store.ready.wait()
        while True:
            if self._store.drainer.leads:
                try:
                    await unbroken(work())
                except StoreUnavailable as error:
                    _log.warning("%s waits for the database: %s", work.__name__, error)
            await asyncio.sleep(seconds if self._store.drainer.leads else _SEND_SECONDS)

    async def _tidy(self) -> None:
        await erasure.expire(self._store, self._sites)
