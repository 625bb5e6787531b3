"""What becomes of leads and answers while the database is away or the service is killed, and how fast lists are.

    python -m tests.bench.store outage [--postgres] [--seconds 60] [--away 30] [--rate 50]
    python -m tests.bench.store kill [--postgres] [--kills 5] [--rate 50]
    python -m tests.bench.store lists [--postgres] [--conversations 100000]
    python -m tests.bench.store reports [--postgres] [--conversations 100000]

``outage`` runs the service on four pages of the glossary, with an embedder that takes no time (what is
measured is the store), sends leads and questions (one in ten) at
a fixed rate, and after ten seconds locks SQLite (BEGIN IMMEDIATE from another process) or stops PostgreSQL (immediate) for
a while. ``kill`` kills the service (SIGKILL) under the same load and starts it again. At the end every lead that was
acknowledged (201) must be in the database once. ``lists`` fills a database and times what the dashboard asks for; ``reports`` times those of Learn of the last 30 days,
computed anew each time, as whoever comes first has them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import func, select

from service.learn import analyses
from service.learn.conversations import Dimension
from service.store import conversations, learning, questions, schema
from service.store.database import Database
from service.store.drain import insert
from service.store.learning import Scope
from service.store.paging import Part
from service.store.store import Store
from tests import postgres
from tests.e2e.conftest import PAGES
from tests.e2e.service import Service
from tests.fakes import ingest_folder
from tests.service.store import rows

_PASSAGES = [
    {
        "passage_id": f"p{i}",
        "page_id": f"page-{i}",
        "collection": "default",
        "title": f"Page {i}",
        "url": None,
        "score": 0.5,
    }
    for i in range(5)
]
_CITATIONS = [
    {**one, "number": 1, "quote": "A sentence of the page that answers. " * 5, "support": 0.9} for one in _PASSAGES[:2]
]
_BEFORE = 10.0  # seconds of load before the database goes away
_DRAIN_SECONDS = 60.0
_QUESTIONS = ("What is softmax?", "What is a vector index?", "Who invented the attention mechanism?", "What is BM25?")


@dataclass
class Load:
    """What was sent and what came back."""

    leads: set[str] = field(default_factory=set)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    async def send(self, http: httpx.AsyncClient, number: int) -> None:
        """Send one lead or question."""
        what, path, body = "lead", "/v1/leads", {"email": f"l{number}@example.com", "consent": True}
        if number % 10 == 0:
            what, path, body = "chat", "/v1/chat", {"message": _QUESTIONS[number // 10 % len(_QUESTIONS)]}
        begun = time.perf_counter()
        try:
            reply = await http.post(path, json=body)
        except httpx.HTTPError:
            self.statuses[what, 0] += 1
            return
        if what == "chat":
            self.took.append(time.perf_counter() - begun)
        self.statuses[what, reply.status_code] += 1
        if what == "lead" and reply.status_code == 201:
            self.leads.add(reply.json()["id"])

    async def run(self, address: Callable[[], str], seconds: float, rate: float) -> None:
        """Send at a fixed rate, whatever comes back."""
        async with httpx.AsyncClient(timeout=30) as http, asyncio.TaskGroup() as tasks:
            begun = time.monotonic()
            for number in range(round(seconds * rate)):
                await asyncio.sleep(max(0, begun + number / rate - time.monotonic()))
                http.base_url = httpx.URL(address())
                tasks.create_task(self.send(http, number))


@contextlib.contextmanager
def place(with_postgres: bool) -> Iterator[tuple[Path, postgres.Postgres | None]]:
    """Give an empty data folder and, where it is wanted, a PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="glossator-bench-"))
    folder.chmod(0o755)
    try:
        if with_postgres:
            with postgres.running(folder / "postgres") as server:
                yield folder / "var", server
        else:
            yield folder / "var", None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pages(folder: Path) -> Path:
    """Return a folder with the pages that the questions are about; more would only take longer to embed."""
    pages = folder / "pages"
    pages.mkdir()
    for name in ("softmax", "vector-index", "transformer-paper", "bm25"):
        shutil.copy(PAGES / f"{name}.md", pages)
    return pages


async def kept(database: Database) -> tuple[set[str], int]:
    """Return the ids of the leads, and how many rows there are."""
    async with database.reading() as connection:
        ids = set((await connection.execute(select(schema.leads.c.id))).scalars())
        return ids, (await connection.execute(select(func.count()).select_from(schema.leads))).scalar_one()


async def check(data_dir: Path, url: str | None, load: Load) -> None:
    """Wait until the spool is drained, and print what was lost."""
    database = Database(data_dir, url)
    until = time.monotonic() + _DRAIN_SECONDS
    found, count = await kept(database)
    while not load.leads <= found and time.monotonic() < until:
        await asyncio.sleep(1)
        found, count = await kept(database)
    await database.close()
    chats = {status: count for (what, status), count in load.statuses.items() if what == "chat"}
    leads = {status: count for (what, status), count in load.statuses.items() if what == "lead"}
    print(f"leads by status {leads}; acknowledged {len(load.leads)}, lost {len(load.leads - found)}, rows {count}")
    print(f"answers by status {chats}: {chats.get(200, 0) / sum(chats.values()):.2%} answered")
    print(f"answers took {statistics.median(load.took) * 1000:.0f} ms (median), {max(load.took) * 1000:.0f} ms at most")


async def outage(arguments: argparse.Namespace) -> None:
    """Take the database away under load."""
    with place(arguments.postgres) as (data_dir, server):
        ingest_folder(data_dir, _pages(data_dir.parent))
        service = Service(data_dir, **({"database_url": server.url} if server else {}))
        service.start()
        load = Load()

        async def away() -> None:
            await asyncio.sleep(_BEFORE)
            if server is not None:
                await asyncio.to_thread(server.stop)
                await asyncio.sleep(arguments.away)
                await asyncio.to_thread(server.start)
                return
            with contextlib.closing(sqlite3.connect(data_dir / "glossator.sqlite", timeout=30)) as other:
                other.execute("BEGIN IMMEDIATE")
                await asyncio.sleep(arguments.away)
                other.rollback()

        await asyncio.gather(load.run(service.address, arguments.seconds, arguments.rate), away())
        await check(data_dir, server.url if server else None, load)
        service.end(signal.SIGTERM)


async def kill(arguments: argparse.Namespace) -> None:
    """Kill the service under load, again and again."""
    chance = random.Random(1)
    with place(arguments.postgres) as (data_dir, server):
        ingest_folder(data_dir, _pages(data_dir.parent))
        service = Service(data_dir, **({"database_url": server.url} if server else {}))
        load = Load()
        for _ in range(arguments.kills):
            await asyncio.to_thread(service.start)
            running = asyncio.create_task(load.run(service.address, 4, arguments.rate))
            await asyncio.sleep(1 + 2 * chance.random())
            service.end(signal.SIGKILL)
            await running
        await asyncio.to_thread(service.start)
        await check(data_dir, server.url if server else None, load)
        service.end(signal.SIGTERM)


async def lists(arguments: argparse.Namespace) -> None:
    """Fill a database and time what the dashboard asks for."""
    with place(arguments.postgres) as (data_dir, server):
        store = Store(data_dir, server.url if server else None, 1 << 30)
        await store.migrate()
        await fill(store.database, arguments.conversations)
        database = store.database
        part = Part(50)
        first = await conversations.listed(database, "default", part)
        deep = Part(50, first.next)
        for _ in range(20):
            deep = Part(50, (await conversations.listed(database, "default", deep)).next)
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "first page": lambda: conversations.listed(database, "default", part),
            "20th page": lambda: conversations.listed(database, "default", deep),
            "all sites": lambda: conversations.listed(database, None, part),
            "search, many found": lambda: conversations.listed(database, "default", part, search="question 7"),
            "search, none found": lambda: conversations.listed(database, "default", part, search="nowhere"),
            "one conversation": lambda: conversations.exchanges(database, first.items[0].id),
        }
        for name, work in asked.items():
            await _timed(name, work, 20)
        await store.close()


async def reports(arguments: argparse.Namespace) -> None:
    """Fill a database and time the reports of Learn."""
    with place(arguments.postgres) as (data_dir, server):
        store = Store(data_dir, server.url if server else None, 1 << 30)
        await store.migrate()
        await fill(store.database, arguments.conversations)
        await give_topics(store.database)
        database = store.database
        scope = Scope("default", learning.last_days(datetime.now(UTC).date(), 30))
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "overview": lambda: analyses.overview_of(database, scope),
            "top questions": lambda: analyses.top_questions_of(database, scope),
            "gaps": lambda: analyses.gaps_of(database, scope),
            "sources": lambda: analyses.sources_of(database, scope, {}),
            "conversations by day": lambda: analyses.quality_of(database, scope, Dimension.DAY),
        }
        for name, work in asked.items():
            await _timed(name, work, 5)
        await store.close()


async def give_topics(database: Database) -> None:
    """Give every question one of 500 topics, as grouping would; what is timed is the reading."""
    async with database.reading() as connection:
        ids = list((await connection.execute(select(schema.questions.c.id))).scalars())
    await questions.keep_topics(database, "default", {one: i % 500 + 1 for i, one in enumerate(ids)}, {}, ())


async def _timed(name: str, work: Callable[[], Awaitable[object]], rounds: int) -> None:
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await work()
        took.append((time.perf_counter() - begun) * 1000)
    print(f"{name}: {statistics.median(took):.0f} ms, p95 {sorted(took)[round(rounds * 0.95) - 1]:.0f} ms", flush=True)


async def fill(database: Database, count: int) -> None:
    """Keep so many conversations of three questions each, one a minute."""
    for begin in range(0, count, 2000):
        records = [
            rows.message(
                f"c{number}",
                created_at=schema.now() - number * 60_000 + turn,
                question=f"What is question {number}?",
                searched=f"What is question {number % 20_000}?",
                outcome="refused" if number % 10 == 0 else "answered",
                passages=_PASSAGES,
                citations=_CITATIONS,
            )
            for number in range(begin, min(begin + 2000, count))
            for turn in range(3)
        ]
        async with database.writing() as connection:
            await insert(connection, records)


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("outage", "kill", "lists", "reports"))
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--away", type=float, default=30)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--conversations", type=int, default=100_000)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    asyncio.run({"outage": outage, "kill": kill, "lists": lists, "reports": reports}[arguments.what](arguments))


if __name__ == "__main__":
    main()
