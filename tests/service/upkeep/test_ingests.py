"""Ingests in the background: what a child says is kept while it says it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from service.settings import load_settings
from service.store import jobs
from service.store.rows import Job
from service.store.store import Store
from service.upkeep.ingests import Ingests

pytestmark = pytest.mark.anyio

# Says something, waits to be let on (the file that its last argument but two names: the data folder), says more.
CHILD = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[sys.argv.index("--data-dir") + 1])
for number in range(1000):
    print(f"reading {number}", flush=True)
    if (folder / "go").exists():
        break
    time.sleep(0.05)
print("no end of line", end="")
sys.exit(3)
"""


@pytest.fixture
async def store(tmp_path):
    store = Store(tmp_path, None, 1 << 20)
    await store.start()
    yield store
    await store.close()


async def once(store: Store, job_id: str, wanted: Callable[[Job], bool]) -> Job:
    """Return an ingest as soon as it is as wanted."""
    async with asyncio.timeout(120):
        while True:
            job = await jobs.found(store.database, job_id)
            if wanted(job):
                return job
            await asyncio.sleep(0.05)


def is_over(job: Job) -> bool:
    return job.status != "running"


async def test_what_a_child_says_is_kept_while_it_runs(store, tmp_path):
    settings = load_settings(data_dir=tmp_path)
    ingests = Ingests(settings, store, (sys.executable, "-c", CHILD))
    job = await ingests.start([], [], "Ada")
    running = await once(store, job.id, lambda one: "reading 1" in one.output)
    assert running.status == "running"
    (tmp_path / "go").touch()
    ended = await once(store, job.id, is_over)
    assert (ended.status, ended.exit_status) == ("failed", 3)
    assert ended.output.endswith("no end of line")


async def test_a_child_that_cannot_be_started_says_why(store, tmp_path):
    ingests = Ingests(load_settings(data_dir=tmp_path), store, ("/nowhere/python",))
    job = await ingests.start([], [], "Ada")
    ended = await once(store, job.id, is_over)
    assert "could not be started" in ended.output
