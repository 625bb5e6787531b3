"""How long the dashboard's pages take on the server, with as many conversations as a busy site has in a year.

Run:

    python -m tests.bench.dashboard [--postgres] [--conversations 100000]

Each page is asked for 20 times, over ASGI in this process; three questions a conversation, a minute apart. The first
time is told apart: it computes the reports of Learn, which are new for a minute. At last questions are asked, over
the same database and over an empty one in turns: whether answering is slower with so many conversations in the store.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import httpx

from service.server import SWITCH_INTERVAL
from service.store import keys, schema
from service.store.drain import insert
from service.store.rows import Role
from tests.bench.store import fill, give_topics, place
from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.api import client
from tests.service.store import rows

_TIMES = 21
_PAUSE = 0.02  # seconds between two requests beside the reports
_ANSWERS = 300
_QUESTIONS = ("What is softmax?", "Who introduced attention?", "What is a transformer?", "When does the bakery open?")
_MANY = 1000  # leads and handoffs
PAGES = {
    "overview, 30 days": "/admin",
    "overview, 90 days": "/admin?days=90",
    "overview of a site": "/admin?site=default&days=90",
    "conversations": "/admin/conversations",
    "search, many found": "/admin/conversations?search=question+7",
    "search, none found": "/admin/conversations?search=nowhere",
    "refused alone, none": "/admin/conversations?only=refused",
    "a label that nobody gave": "/admin/conversations?label=x",
    "a conversation": "/admin/conversations/c1",
    "handoffs": "/admin/handoffs",
    "a handoff": "/admin/handoffs/h1",
    "leads": "/admin/leads",
    "top questions": "/admin/learn/questions",
    "gaps": "/admin/learn/gaps",
    "source usage": "/admin/learn/sources",
    "lead quality": "/admin/learn/leads",
    "conversation quality": "/admin/learn/conversations",
    "top questions of a site": "/admin/learn/questions?site=default",
    "content": "/admin/content",
    "curated answers": "/admin/answers",
    "a site": "/admin/sites/default",
    "access": "/admin/access",
    "audit": "/admin/audit",
    "settings": "/admin/settings",
}


async def measure(arguments: argparse.Namespace) -> None:
    """Fill a database and time the pages, then answers."""
    with place(arguments.postgres) as (data_dir, server):
        empty = data_dir.parent / "empty"
        for folder in (data_dir, empty):
            ingest_folder(folder, write_pages(data_dir.parent / "glossary", GLOSSARY))
        url = server.url if server else None
        async with client(data_dir, database_url=url) as http, client(empty) as beside:
            database = http.app.state.services.store.database  # type: ignore[attr-defined]
            await fill(database, arguments.conversations)
            await give_topics(database)
            at = schema.now()
            async with database.writing() as connection:
                await insert(connection, [rows.lead(created_at=at - i * 60_000) for i in range(_MANY)])
                await insert(connection, [rows.handoff(f"c{i}", id=f"h{i}") for i in range(_MANY)])
            if server is not None:
                await server.run_alone("VACUUM ANALYZE")  # as autovacuum does while conversations come
            begun = time.perf_counter()
            await http.app.state.services.reports.prepare()  # type: ignore[attr-defined]  # as the service does by itself
            print(f"reports of Learn made ready in {time.perf_counter() - begun:.1f} s", flush=True)
            _, key = await keys.create(database, Role.OWNER, None, None)
            for name, path in PAGES.items():
                headers = {"Authorization": f"Bearer {key}"}
                took = [await timed(http.get(path, headers=headers)) for _ in range(_TIMES)]
                print(f"{name}: first {took[0]:.0f} ms, then {shown(took[1:])}", flush=True)
            answers: dict[str, list[float]] = {"with": [], "without": []}
            for number in range(_ANSWERS):
                for name, one in (("with", http), ("without", beside)):
                    body = {"message": _QUESTIONS[number % len(_QUESTIONS)]}
                    answers[name].append(await timed(one.post("/v1/chat", json=body)))
            for name, took in answers.items():
                print(f"answers {name} {arguments.conversations:,} conversations: {shown(took)}", flush=True)
            await beside_reports(http, {"Authorization": f"Bearer {key}"})


async def beside_reports(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Time the overview and answers while the reports of Learn are computed anew."""
    reports = http.app.state.services.reports  # type: ignore[attr-defined]
    asked: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
        "overview": lambda: http.get(PAGES["overview, 30 days"], headers=headers),
        "answers": lambda: http.post("/v1/chat", json={"message": _QUESTIONS[0]}),
    }
    for name, ask in asked.items():
        reports.memo.forget()
        computing, took = asyncio.create_task(reports.prepare()), []
        while not computing.done():
            took.append(await timed(ask()))
            await asyncio.sleep(_PAUSE)
        await computing
        print(f"{name} while reports are computed: {shown(took)}", flush=True)


async def timed(request: Awaitable[httpx.Response]) -> float:
    """Return how many milliseconds a request takes that must succeed."""
    begun = time.perf_counter()
    reply = await request
    assert reply.status_code == 200, reply.text
    return (time.perf_counter() - begun) * 1000


def shown(took: list[float]) -> str:
    """Return the median and the 95th percentile of times."""
    return f"{statistics.median(took):.1f} ms, p95 {sorted(took)[math.ceil(len(took) * 0.95) - 1]:.1f} ms"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--conversations", type=int, default=100_000)
    sys.setswitchinterval(SWITCH_INTERVAL)  # as the server does
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
