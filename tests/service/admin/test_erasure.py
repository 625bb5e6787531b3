"""Erasing on PostgreSQL: no row of any table has a visitor any more, no file of the data folder, and in the end no table."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from tests import postgres
from tests.service.admin.acting import ask, key, lead, settled
from tests.service.api import client
from tests.service.store.conftest import emptied, postgresql, server  # noqa: F401

pytestmark = pytest.mark.anyio

MARKER = "zanzibar-7319"
EMAIL = f"{MARKER}@example.com"
_COLUMNS = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"


@pytest.fixture
async def http(data_dir: Path, server: postgres.Postgres) -> AsyncIterator[httpx.AsyncClient]:  # noqa: F811
    """A service on PostgreSQL that keeps what it is told as it is told, and whose webhook nobody takes."""
    os.environ["HOOK_SECRET"] = "s" * 32
    notify = {
        "webhook": f"http://127.0.0.1:{postgres.free_port()}",
        "webhook_secret": "HOOK_SECRET",
        "allow_private": True,
    }
    site = [{"id": "default", "privacy": {"redact": []}, "notify": notify}]
    url = await emptied(server)
    thresholds = {"answer_threshold": 0.3, "closest_threshold": 0.1}
    async with client(data_dir, site=site, database_url=url, question_days=7, **thresholds) as http:
        yield http
    del os.environ["HOOK_SECRET"]


async def visit(http: httpx.AsyncClient) -> dict[str, str]:
    """Leave the marker in every table that takes a visitor's words; return how the visitor is known."""
    token = (await http.post("/v1/sessions", json={})).json()
    headers = {"Authorization": f"Bearer {token['token']}"}
    first = await ask(http, f"What is softmax? {MARKER}", headers=headers)
    conversation = {"conversation_id": first["conversation_id"]}
    rating = {"message_id": first["message_id"], "rating": "down", "comment": MARKER}
    await http.post("/v1/feedback", json=rating, headers=headers)
    await lead(http, headers, email=EMAIL, name=MARKER, company=MARKER, message=MARKER, **conversation)
    await http.post("/v1/handoffs", json={"reason": MARKER, "contact": EMAIL, **conversation}, headers=headers)
    await settled(http)
    await http.post(f"/v1/messages/{first['message_id']}/share", headers=headers)
    agent = await key(http, "agent")
    [waiting] = (await http.get("/v1/admin/handoffs", headers=agent)).json()["items"]
    await http.post(f"/v1/admin/handoffs/{waiting['id']}/take", headers=agent)
    await ask(http, f"I am {MARKER}", headers=headers, **conversation)
    await http.post(f"/v1/admin/handoffs/{waiting['id']}/reply", json={"text": f"Hello {MARKER}"}, headers=agent)
    await settled(http)
    await http.app.state.services.learner.learn()  # type: ignore[attr-defined]
    return {"visitor_id": token["visitor_id"], "email": EMAIL}


async def tables_with(url: str, marker: str) -> set[str]:
    """Return the tables of which any column of any row holds a text."""
    found = set()
    async with postgresql(url) as connection:
        for table, column, kind in (await connection.execute(text(_COLUMNS))).all():
            said = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'CAST("{column}" AS text)'
            query = text(f'SELECT count(*) FROM "{table}" WHERE {said} LIKE :marker')
            if (await connection.execute(query, {"marker": f"%{marker}%"})).scalar_one():
                found.add(table)
    return found


async def of(url: str, query: str) -> set[object]:
    """Return what the only column of a query holds."""
    async with postgresql(url) as connection:
        return set((await connection.execute(text(query))).scalars())


def dumped(url: str) -> bytes:
    """Return all of a database, as its own program for backups writes it."""
    programs = postgres.binaries()
    assert programs is not None
    return subprocess.run([programs / "pg_dump", url], check=True, capture_output=True, timeout=60).stdout


def files_with(folder: Path, marker: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and marker.encode() in path.read_bytes()]


WORDS = {"messages", "conversations", "questions", "feedback", "leads", "handoffs", "handoff_messages"}


@pytest.mark.parametrize("by", ["visitor_id", "email"])
async def test_after_erasing_no_row_and_no_file_has_the_visitor(http, server, data_dir, by):  # noqa: F811
    owner = await key(http)
    for number in range(30):  # others, whose rows stay
        await lead(http, email=f"other{number}@example.com")
    subject = await visit(http)
    assert await tables_with(server.url, MARKER) == WORDS
    told = await of(server.url, f"SELECT id FROM leads WHERE name = '{MARKER}' UNION SELECT id FROM handoffs")
    assert told <= await of(server.url, "SELECT subject_id FROM deliveries")
    assert await of(server.url, "SELECT token FROM shares")
    assert MARKER.encode() in dumped(server.url)
    refused = [
        ["leads", {"id": "r", **subject}],
        ["leads", {"id": "other", "visitor_id": "v", "email": "o@example.com"}],
    ]
    (data_dir / "spool" / "refused.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in refused))
    reply = await http.post("/v1/admin/privacy/erase", json={by: subject[by]}, headers=owner)
    assert reply.status_code == 200, reply.text
    assert await tables_with(server.url, MARKER) == set()
    assert MARKER.encode() not in dumped(server.url)
    assert files_with(data_dir, MARKER) == []
    assert "o@example.com" in (data_dir / "spool" / "refused.jsonl").read_text()
    assert told.isdisjoint(await of(server.url, "SELECT subject_id FROM deliveries"))
    assert await of(server.url, "SELECT token FROM shares") == set()
    assert len(await of(server.url, "SELECT id FROM leads")) == 30


async def test_vacuum_full_leaves_nothing_in_the_files_of_the_tables(http, server):  # noqa: F811
    """What docs/operations.md tells those to do who cannot wait for autovacuum."""
    await visit(http)
    await server.run_alone("CHECKPOINT")
    assert files_with(server.folder / "base", MARKER)
    await http.post("/v1/admin/privacy/erase", json={"email": EMAIL}, headers=await key(http))
    await server.run_alone("VACUUM FULL")
    await server.run_alone("CHECKPOINT")
    assert files_with(server.folder / "base", MARKER) == []
