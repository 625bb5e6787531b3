"""The schema's versions, up and down on data, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from service.store import leads, schema
from service.store.migrate import migrate
from tests.service.store import rows
from tests.service.store.test_drain import drained

pytestmark = pytest.mark.anyio


async def test_the_last_version_is_what_the_code_expects(store):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return compare_metadata(context, schema.metadata)

    async with store.database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_down_and_up_again_on_data(store, tmp_path):
    await drained(store, rows.message(), rows.lead(id="l1"), rows.handoff())
    lock = tmp_path / "lock"
    await migrate(store.database, lock)  # nothing to do, and nothing lost
    assert (await leads.found(store.database, "l1", None)).name == "Ada"
    await migrate(store.database, lock, "base", down=True)
    async with store.database.reading() as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    await migrate(store.database, lock)
    await drained(store, rows.lead(id="l2"))
    assert (await leads.found(store.database, "l2", None)).name == "Ada"


async def test_messages_of_the_first_version_get_their_questions_and_keep_what_they_were(store, tmp_path):
    lock = tmp_path / "lock"
    cited = [{"support": 0.9}, {"support": 0.4}]
    first = rows.message(id="m1", citations=cited)
    await drained(store, first, rows.message(id="m2", searched="what is SOFTMAX"), rows.message(id="m3", searched=None))
    await migrate(store.database, lock, "0001", down=True)
    async with store.database.reading() as connection:
        assert "question_id" not in {column["name"] for column in await connection.run_sync(_columns)}
        kept = await connection.execute(text("SELECT question, searched, outcome FROM messages WHERE id = 'm1'"))
        assert tuple(kept.one()) == ("What is softmax?", "What is softmax?", "answered")
    await migrate(store.database, lock)
    async with store.database.reading() as connection:
        said = {row.id: row for row in await connection.execute(schema.messages.select())}
        [question] = await connection.execute(schema.questions.select())
    assert {said["m1"].question_id, said["m2"].question_id} == {question.id}
    assert (said["m1"].support, said["m2"].support, said["m3"].question_id) == (0.4, None, None)
    assert (question.asked, question.vector, question.text) == (2, None, "What is softmax?")
    assert said["m1"].citations == cited
    await drained(store, rows.message(id="m4"))
    async with store.database.reading() as connection:
        assert (await connection.execute(schema.questions.select())).one().asked == 3


def _columns(connection):
    return inspect(connection).get_columns("messages")


async def test_processes_that_start_together_do_not_disturb_each_other(url, tmp_path):
    from service.store.store import Store

    stores = [Store(tmp_path / "var", url, 1 << 20) for _ in range(4)]
    await asyncio.gather(*(store.migrate() for store in stores))
    for store in stores:
        await store.database.close()
