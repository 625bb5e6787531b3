"""From the spool into the database, on both of them."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from content.errors import StoreUnavailable
from service.store import conversations, handoffs, leads, schema
from service.store.database import is_outage
from service.store.paging import Part
from service.store.spool import Segments
from tests.service.store import rows

pytestmark = pytest.mark.anyio


async def drained(store, *records) -> None:
    for record in records:
        await store.spool.append(record)
    store.spool.close()
    await store.drainer.drain()
    store.spool.start()


async def count(store, table) -> int:
    async with store.database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_an_exchange_begins_its_conversation_and_adds_to_it(store):
    first = rows.message(created_at=1000)
    second = rows.message(created_at=3000, outcome="refused", question="And why?", visitor_id="v")
    await drained(store, first)
    await drained(store, second)
    found = await conversations.found(store.database, "c1", "default")
    assert (found.messages, found.answered, found.refused, found.visitor_id) == (2, 1, 1, "v")
    assert found.questions == "What is softmax?\nAnd why?\n"
    assert (schema.milliseconds(found.started_at), schema.milliseconds(found.last_at)) == (1000, 3000)
    kept = await conversations.exchanges(store.database, "c1")
    assert [one.id for one in kept] == [first.row["id"], second.row["id"]]
    assert kept[0].passages == first.row["passages"]


async def test_draining_the_same_segment_again_changes_nothing(store, tmp_path):
    exchange, lead, handoff = rows.message(), rows.lead(), rows.handoff()
    for record in (exchange, lead, handoff, rows.feedback(exchange.row["id"], "up")):
        await store.spool.append(record)
    store.spool.close()
    [segment] = Segments(store.spool_folder).all()
    shutil.copy(segment, tmp_path / segment.name)
    await store.drainer.drain()
    assert Segments(store.spool_folder).all() == []
    shutil.copy(tmp_path / segment.name, segment)  # as after a crash between the commit and the removal
    await store.drainer.drain()
    assert (await conversations.found(store.database, "c1", None)).messages == 1
    for table, expected in ((schema.messages, 1), (schema.leads, 1), (schema.handoffs, 1), (schema.deliveries, 4)):
        assert await count(store, table) == expected, table.name
    store.spool.start()


async def test_what_arrives_in_any_order_belongs_together(store):
    exchange = rows.message()
    await drained(store, rows.handoff(), rows.feedback(exchange.row["id"], "down"), rows.lead(conversation_id="c1"))
    await drained(store, exchange)
    found = await conversations.found(store.database, "c1", "default")
    assert (found.handed_off, found.messages) == (True, 1)
    [kept] = await conversations.exchanges(store.database, "c1")
    assert kept.rating == "down"


async def test_the_last_rating_counts_however_it_arrives(store):
    exchange = rows.message()
    one = exchange.row["id"]
    await drained(store, exchange, rows.feedback(one, "up", 100), rows.feedback(one, "down", 300))
    await drained(store, rows.feedback(one, "up", 200))
    [kept] = await conversations.exchanges(store.database, "c1")
    assert kept.rating == "down"


async def test_one_open_handoff_a_conversation(store):
    await drained(store, rows.handoff(id="h1"), rows.handoff(id="h2"))
    assert [one.id for one in await handoffs.open_ones(store.database)] == ["h1"]
    await handoffs.close(store.database, "h1", None)
    await drained(store, rows.handoff(id="h3"))
    assert [one.id for one in await handoffs.open_ones(store.database)] == ["h3"]


async def test_a_row_that_the_database_refuses_holds_up_no_other(store, caplog):
    await drained(store, rows.lead(id="good"), rows.lead(id="bad", email=None), rows.lead(id="better"))
    found = await leads.listed(store.database, None, Part())
    assert {one.id for one in found.items} == {"good", "better"}
    assert '"bad"' in (store.spool_folder / "refused.jsonl").read_text()
    assert "was refused by the database" in caplog.text
    assert "ada@example.com" not in caplog.text


@pytest.mark.parametrize("change", [{"name": "a\x00b"}, {"created_at": 2**80}, {"created_at": "never"}])
async def test_what_postgresql_refuses_for_good_is_told_from_its_being_away(store, change):
    if store.database.is_sqlite:
        pytest.skip("SQLite takes these")
    await drained(store, rows.lead(id="good"), rows.lead(id="bad", **change))
    assert (await leads.found(store.database, "good", None)).name == "Ada"
    assert '"bad"' in (store.spool_folder / "refused.jsonl").read_text()


async def test_a_server_that_is_starting_up_is_away(store):
    class StartingUp(Exception):
        sqlstate = "57P03"

    assert is_outage(DBAPIError("", {}, StartingUp("the database system is starting up")))


async def test_a_locked_database_keeps_the_spool_and_loses_nothing(store, tmp_path):
    if not store.database.is_sqlite:
        pytest.skip("SQLite's lock; the server that is stopped is tested beside")
    other = sqlite3.connect(tmp_path / "var" / "glossator.sqlite")
    other.execute("BEGIN IMMEDIATE")
    await store.spool.append(rows.lead(id="kept"))
    store.spool.close()
    with pytest.raises(StoreUnavailable):
        await store.drainer.drain()
    assert len(Segments(store.spool_folder).all()) == 1
    other.rollback()
    other.close()
    await store.drainer.drain()
    assert (await leads.found(store.database, "kept", None)).email == "ada@example.com"
    store.spool.start()


async def test_a_stopped_server_keeps_the_spool_and_loses_nothing(store, request):
    if store.database.is_sqlite:
        pytest.skip("there is no server to stop")
    server = request.getfixturevalue("server")
    server.stop()
    try:
        await store.spool.append(rows.lead(id="kept"))
        store.spool.close()
        with pytest.raises(StoreUnavailable):
            await store.drainer.drain()
    finally:
        server.start()
    await store.drainer.drain()
    assert (await leads.found(store.database, "kept", None)).email == "ada@example.com"
    store.spool.start()


async def test_pages_by_key_show_each_row_once_though_rows_arrive_meanwhile(store):
    await drained(store, *(rows.lead(id=f"l{i:02}", created_at=1000 + i // 3) for i in range(20)))
    seen, part = [], Part(7)
    while True:
        page = await leads.listed(store.database, "default", part)
        seen += [one.id for one in page.items]
        if page.next is None:
            break
        await drained(store, rows.lead(created_at=9000 + len(seen)))
        part = Part(7, page.next)
    assert sorted(seen) == [f"l{i:02}" for i in range(20)]


async def test_searching_conversations_takes_no_pattern(store):
    await drained(
        store, rows.message("c1", question="Is it 100% safe?"), rows.message("c2", question="Is it 100 times safe?")
    )
    found = await conversations.listed(store.database, None, Part(), search="100% SAFE")
    assert [one.id for one in found.items] == ["c1"]


async def test_lists_walk_an_index(store):
    if not store.database.is_sqlite:
        pytest.skip("the plan of a nearly empty table says nothing on PostgreSQL")
    query = "SELECT id FROM conversations WHERE site_id = 'x' AND (last_at, id) < (1, 'a') ORDER BY last_at DESC, id DESC LIMIT 51"
    async with store.database.reading() as connection:
        plan = [row.detail for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))]
    assert len(plan) == 1
    assert "conversations_by_time" in plan[0]
