"""How long the dashboard's pages take on the server, with as many conversations as a busy site has in a year.

Run:

    python -m tests.bench.dashboard [--postgres] [--conversations 100000]

Each page is asked for 20 times, over ASGI in this process; three questions a conversation, a minute apart.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time

from service.store import keys, schema
from service.store.drain import insert
from service.store.rows import Role
from tests.bench.store import fill, place
from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.api import client
from tests.service.store import rows

_TIMES = 20
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
    "content": "/admin/content",
    "curated answers": "/admin/answers",
    "a site": "/admin/sites/default",
    "access": "/admin/access",
    "audit": "/admin/audit",
    "settings": "/admin/settings",
}


async def measure(arguments: argparse.Namespace) -> None:
    """Fill a database and time the pages."""
    with place(arguments.postgres) as (data_dir, server):
        ingest_folder(data_dir, write_pages(data_dir.parent / "glossary", GLOSSARY))
        async with client(data_dir, database_url=server.url if server else None) as http:
            database = http.app.state.services.store.database  # type: ignore[attr-defined]
            await fill(database, arguments.conversations)
            at = schema.now()
            async with database.writing() as connection:
                await insert(connection, [rows.lead(created_at=at - i * 60_000) for i in range(_MANY)])
                await insert(connection, [rows.handoff(f"c{i}", id=f"h{i}") for i in range(_MANY)])
            _, key = await keys.create(database, Role.OWNER, None, None)
            for name, path in PAGES.items():
                took = []
                for _ in range(_TIMES):
                    begun = time.perf_counter()
                    reply = await http.get(path, headers={"Authorization": f"Bearer {key}"})
                    took.append((time.perf_counter() - begun) * 1000)
                    assert reply.status_code == 200, reply.text
                print(f"{name}: {statistics.median(took):.0f} ms, p95 {sorted(took)[_TIMES - 2]:.0f} ms", flush=True)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--conversations", type=int, default=100_000)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
