"""Two replicas behind nginx, with PostgreSQL, Redis and a snapshot store: what visitors notice while parts of it fail.

    python -m tests.bench.replicas [--rate 50] [--publishes 50] [--away 10] [--only killed]

Needs the programs of Debian's packages postgresql, redis-server and nginx-light. All of it runs on loopback, in a folder
that is thrown away, with an embedder that takes no time: what is measured is what lies around it. The load is searches
(half), answers (three in ten) and leads (two in ten), sent at a fixed rate whatever comes back, in phases: publishing (a
process publishes again and again), a replica killed (SIGKILL) and started again, Redis stopped, Redis frozen (SIGSTOP),
PostgreSQL stopped.

Two pages say the number of the last publish. A reply to a search is wrong where the two differ (a mixed snapshot), where
the number was not published yet or was superseded longer ago than a replica takes, or where either page is missing; an
answer is wrong where its first citation is another page than the one that answers. A lead is lost that was acknowledged
(201) and is not in the database at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from service.store.database import Database
from tests import postgres, redis
from tests.bench.store import kept
from tests.e2e.conftest import ROOT
from tests.e2e.service import Service
from tests.fakes import GLOSSARY, write_pages

_CALM = 5.0  # seconds of load before and after each phase
_LAG = 10.0  # seconds after which no replica answers from a snapshot that was superseded
_TIMEOUT = 10.0  # seconds after which a visitor has gone
_DRAINED = 60.0  # seconds to wait for leads in the database at the end
_NUMBER = re.compile(r"edition (\d+)")
_SITE = json.dumps([{"id": "default", "access": {"visitor_per_minute": 100_000, "site_per_minute": 1_000_000}}])
_QUESTIONS = {
    "What is softmax?": "softmax",
    "What is a transformer?": "transformer",
    "What is lead capture?": "lead-capture",
}
_NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream replicas {{ {servers} keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr; proxy_connect_timeout 2s;
        location / {{ proxy_pass http://replicas; }}
        location ~ ^/v1/(search|chat)$ {{
            proxy_pass http://replicas;
            proxy_next_upstream error timeout http_502 http_503 non_idempotent;
        }}
    }}
}}
"""


@dataclass
class Tally:
    """What came back in a phase; ``took`` in seconds."""

    replies: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


@dataclass
class Load:
    """Asks, and holds what comes back against what was published."""

    http: httpx.AsyncClient
    leads: set[str] = field(default_factory=set)
    published: list[tuple[int, float, float]] = field(default_factory=list)  # number, when it began and was done
    last_seen: dict[int, float] = field(default_factory=dict)  # by number, when a search that found it was sent

    async def run(self, rate: float, tally: Tally, until: Callable[[], bool]) -> None:
        """Send at a fixed rate until told."""
        begun, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as tasks:
            while not until():
                tasks.create_task(self._send(number, tally))
                number += 1
                await asyncio.sleep(max(0, begun + number / rate - time.monotonic()))

    async def _send(self, number: int, tally: Tally) -> None:
        begun = time.monotonic()
        turn = number % 10
        try:
            if turn < 5:
                reply = await self.http.post("/v1/search", json={"query": "Which edition is it?", "limit": 10})
            elif turn < 8:
                question = list(_QUESTIONS)[number % len(_QUESTIONS)]
                reply = await self.http.post("/v1/chat", json={"message": question})
            else:
                reply = await self.http.post("/v1/leads", json={"email": f"l{number}@example.com", "consent": True})
        except httpx.HTTPError as error:
            tally.replies[type(error).__name__] += 1
            return
        tally.took.append(time.monotonic() - begun)
        tally.replies[str(reply.status_code)] += 1
        if not reply.is_success:
            return
        if turn < 5:
            wrong = self._wrong_edition(reply.json(), begun)
        elif turn < 8:
            wrong = _wrong_answer(reply.json(), _QUESTIONS[question])
        else:
            wrong = None
            self.leads.add(reply.json()["id"])
        if wrong:
            tally.wrong.append(wrong)

    def _wrong_edition(self, found: dict[str, Any], asked: float) -> str | None:
        said = {
            one["page_id"]: int(written[1])
            for one in found["results"]
            if one["page_id"] in {"first", "second"} and (written := _NUMBER.search(one["text"]))
        }
        if len(said) < 2 or len(set(said.values())) > 1:
            return f"the pages say {said}"
        number = said["first"]
        self.last_seen[number] = max(asked, self.last_seen.get(number, 0.0))
        newest = max(one for one, begun, _ in self.published)
        superseded = [done for one, _, done in self.published if one > number and done]
        if number > newest or (superseded and min(superseded) < asked - _LAG):
            return f"edition {number} at a time of {newest}"
        return None

    def lags(self) -> list[float]:
        """Return for each publish for how many seconds after it a search that was sent found the one before."""
        over = {number: done for number, _, done in self.published}
        return [self.last_seen[number] - over[number + 1] for number in self.last_seen if number + 1 in over]


def _wrong_answer(said: dict[str, Any], page: str) -> str | None:
    pages = [one["page_id"] for one in said["citations"]]
    return None if pages[:1] == [page] else f"{said['outcome']} from {pages}, not {page}"


def write_edition(pages: Path, number: int) -> None:
    """Write the two pages that say the number of the publish."""
    for name in ("first", "second"):
        write_pages(pages, {f"{name}.md": f"# The {name} page\n\nThis is edition {number} of the {name} page.\n"})


@dataclass
class Place:
    """All that runs."""

    folder: Path
    postgres: postgres.Postgres
    redis: redis.Redis
    replicas: list[Service]
    address: str

    async def publish(self, load: Load, number: int) -> None:
        """Publish the next edition, by a process of its own."""
        write_edition(self.folder / "pages", number)
        begun = time.monotonic()
        load.published.append((number, begun, 0.0))
        arguments = (str(self.folder / "publisher"), str(self.folder / "pages"), f"file://{self.folder}/depot")
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.e2e.publish", *arguments, cwd=ROOT)
        assert await process.wait() == 0
        load.published[-1] = (number, begun, time.monotonic())


@contextmanager
def place() -> Iterator[Place]:
    """Start all of it, and stop it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glossator-replicas-")))
        folder.chmod(0o755)
        (folder / "depot").mkdir()
        write_pages(folder / "pages", GLOSSARY)
        write_edition(folder / "pages", 0)
        command = [
            sys.executable,
            "-m",
            "tests.e2e.publish",
            str(folder / "publisher"),
            str(folder / "pages"),
            f"file://{folder}/depot",
        ]
        subprocess.run(command, cwd=ROOT, check=True)
        database = stack.enter_context(postgres.running(folder / "postgres"))
        counts = stack.enter_context(redis.running(folder))
        settings = {
            "database_url": database.url, "redis_url": counts.url, "site": _SITE, "secret": "s" * 32,
            "snapshot_store": f"file://{folder}/depot", "snapshot_poll": "1", "trusted_proxies": '["127.0.0.1"]',
        }  # fmt: skip
        replicas = [Service(folder / name, **settings) for name in ("one", "two")]
        for replica in replicas:
            replica.start()
            stack.callback(replica.end)
        port = postgres.free_port()
        servers = " ".join(f"server {one.netloc} max_fails=3 fail_timeout=2s;" for one in replicas)
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, servers=servers, port=port))
        nginx = subprocess.Popen(["nginx", "-e", f"{folder}/nginx.log", "-c", f"{folder}/nginx.conf"])
        stack.callback(lambda: (nginx.terminate(), nginx.wait()))
        redis.wait_for(port)
        yield Place(folder, database, counts, replicas, f"http://127.0.0.1:{port}")


async def phases(where: Place, load: Load, arguments: argparse.Namespace) -> dict[str, Tally]:
    """Go through the phases under load, and give what came back in each."""

    async def publishing() -> None:
        for number in range(1, arguments.publishes + 1):
            await where.publish(load, number)

    async def killed() -> None:
        await asyncio.to_thread(where.replicas[0].end, signal.SIGKILL)
        await asyncio.sleep(arguments.away)
        await asyncio.to_thread(where.replicas[0].start)

    async def redis_stopped() -> None:
        where.redis.stop()
        await asyncio.sleep(arguments.away)
        await asyncio.to_thread(where.redis.start)

    async def redis_frozen() -> None:
        where.redis.signal(signal.SIGSTOP)
        await asyncio.sleep(arguments.away)
        where.redis.signal(signal.SIGCONT)

    async def postgres_stopped() -> None:
        await asyncio.to_thread(where.postgres.stop)
        await asyncio.sleep(arguments.away)
        await asyncio.to_thread(where.postgres.start)

    seen = {}
    for phase in (publishing, killed, redis_stopped, redis_frozen, postgres_stopped):
        if arguments.only not in {None, phase.__name__}:
            continue
        tally = seen[phase.__name__] = Tally()
        await _under_load(phase, load, arguments.rate, tally)
    return seen


async def _under_load(phase: Callable[[], Awaitable[None]], load: Load, rate: float, tally: Tally) -> None:
    over = asyncio.Event()
    running = asyncio.create_task(load.run(rate, tally, over.is_set))
    await asyncio.sleep(_CALM)
    await phase()
    await asyncio.sleep(_CALM)
    over.set()
    await running


async def bench(arguments: argparse.Namespace) -> bool:
    """Run all of it; return whether nothing was wrong and nothing lost."""
    with place() as where:
        limits = httpx.Limits(max_connections=500, max_keepalive_connections=50)
        async with httpx.AsyncClient(base_url=where.address, timeout=_TIMEOUT, limits=limits) as http:
            load = Load(http, published=[(0, 0.0, time.monotonic())])
            seen = await phases(where, load, arguments)
        database = Database(where.folder, where.postgres.url)
        for _ in range(round(_DRAINED)):
            found = await kept(database)
            if load.leads <= found[0]:
                break
            await asyncio.sleep(1)
        await database.close()
    print(f"{arguments.rate:g} requests a second, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, tally in seen.items():
        count, good = sum(tally.replies.values()), tally.replies["200"] + tally.replies["201"]
        p50, p99 = statistics.median(tally.took), statistics.quantiles(tally.took, n=100)[98]
        print(
            f"{name}: {count} requests, {good / count:.3%} answered, {len(tally.wrong)} wrong, "
            f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, {dict(tally.replies)}"
        )
        for example, times in Counter(tally.wrong).most_common(3):
            print(f"    {times} × {example}")
    lost, rows = load.leads - found[0], found[1]
    print(f"leads: {len(load.leads)} acknowledged, {len(lost)} lost, {rows} rows")
    lag, late = [done - begun for _, begun, done in load.published[1:]], load.lags()
    if lag and late:
        print(f"published: {len(lag)}, each in {statistics.median(lag):.1f} s; searches found {len(load.last_seen)}")
        print(f"the one before was found for {statistics.median(late):.1f} s (median), {max(late):.1f} s at most")
    return not lost and not any(tally.wrong for tally in seen.values())


def main() -> None:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--publishes", type=int, default=50)
    parser.add_argument("--only", help="one phase, by its name")
    parser.add_argument("--away", type=float, default=10)
    sys.exit(not asyncio.run(bench(parser.parse_args())))


if __name__ == "__main__":
    main()
