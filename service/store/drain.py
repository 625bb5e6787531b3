"""The drainer: one process moves complete segments of the spool into the database, as often as it takes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table, case, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from content.alone import alone
from content.errors import StoreUnavailable
from service.store import schema
from service.store.database import Database
from service.store.questions import Embedded, question_id
from service.store.spool import Record, Segments
from service.store.unbroken import unbroken

_log = logging.getLogger("glossator.drain")
_INTERVAL = 0.25  # seconds between two looks at the spool
_TRY_AGAIN = 2.0  # seconds between two looks whether another process still drains, or the database is back
_ROWS = 200  # of one statement
_QUESTIONS = 2000  # characters of a conversation's questions that its list can be searched by
DRAIN_LOCK = "drain.lock"
_REFUSED = "refused.jsonl"
_OF_OTHER_TABLES = frozenset({"visitor_id", "vector", "embedded_by"})  # what a message brings along


class Drainer:
    """Moves records into the database. Doing it twice changes nothing, so a crash in between loses and doubles nothing.

    ``leads`` is true in the one process of a data folder that drains; it does the house's other chores as well.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._segments = Segments(folder)
        self._failing = False
        self.leads = False

    async def watch(self) -> None:
        """Drain until cancelled; where another process does, wait until it ends."""
        while True:
            with alone(self._folder / DRAIN_LOCK) as here:
                self.leads = here
                if here:
                    await self._lead()
            await asyncio.sleep(_TRY_AGAIN)

    async def _lead(self) -> None:
        while True:
            rest = await unbroken(self._round())
            await asyncio.sleep(rest)

    async def drain(self) -> int:
        """Move all complete segments into the database; return how many there were. Raises StoreUnavailable."""
        done = 0
        for path in await asyncio.to_thread(lambda: list(self._segments.complete())):
            records = await asyncio.to_thread(self._segments.read, path)
            await self._keep(records)
            await asyncio.to_thread(path.unlink)
            done += 1
        return done

    async def drained(self, before: int) -> bool:
        """Whether nothing that was begun before that time, in nanoseconds since 1970, is still in the spool."""
        left = await asyncio.to_thread(self._segments.all)
        return all(int(path.name.partition("-")[0]) >= before for path in left)

    async def _round(self) -> float:
        """Drain once and return how long to rest."""
        try:
            await self.drain()
        except StoreUnavailable as error:
            if not self._failing:
                _log.warning("the spool waits: %s", error.__cause__ or error)
            self._failing = True
            return _TRY_AGAIN
        except OSError as error:
            _log.error("the spool in %s cannot be read: %s", self._folder, error)
            return _TRY_AGAIN
        if self._failing:
            _log.info("the database is back, and the spool is drained")
        self._failing = False
        return _INTERVAL

    async def _keep(self, records: Sequence[Record]) -> None:
        try:
            async with self._database.writing() as connection:
                await insert(connection, records)
        except SQLAlchemyError as error:
            if len(records) > 1:  # one that the database refuses must not hold up the others
                for record in records:
                    await self._keep([record])
                return
            _log.error("a %s was refused by the database and is kept in %s: %s", records[0].kind, _REFUSED, error)
            await asyncio.to_thread(self._refuse, records[0])

    def _refuse(self, record: Record) -> None:
        with (self._folder / _REFUSED).open("a", encoding="utf-8") as file:
            file.write(json.dumps([record.kind, record.row], ensure_ascii=False) + "\n")


def forget_refused(folder: Path, ids: frozenset[str], email: str | None) -> None:
    """Remove what the database once refused of these conversations, leads, handoffs and visitors, or of an address."""
    path = folder / _REFUSED
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not _concerns(json.loads(line)[1], ids, email)]
    draft = path.with_suffix(".draft")
    draft.write_text("".join(kept), encoding="utf-8")
    draft.replace(path)


def _concerns(row: dict[str, Any], ids: frozenset[str], email: str | None) -> bool:
    said = [str(value) for value in row.values()]
    return not ids.isdisjoint(said) or (email is not None and any(email.lower() in one.lower() for one in said))


async def insert(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """Insert what records hold; what is there already stays as it is."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        rows[record.kind].append(record.row)
    await _messages(connection, rows["messages"])
    await _feedback(connection, rows["feedback"])
    await _add(connection, schema.handoff_messages, rows["handoff_messages"])
    for table in (schema.leads, schema.handoffs):
        fresh = await _add(connection, table, rows[table.name])
        await _add(connection, schema.deliveries, [one for row in fresh for one in _deliveries(table.name, row)])
    wanted = {row["conversation_id"]: _handed_off(row) for row in rows["handoffs"]}
    await _conversations(connection, list(wanted.values()))


async def _messages(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    visitors = {row["id"]: row["visitor_id"] for row in rows}
    embedded = {row["id"]: Embedded(row.get("vector"), row.get("embedded_by")) for row in rows}
    fresh = await _add(connection, schema.messages, [_message(row) for row in rows])
    await _questions(connection, fresh, embedded)
    begun: dict[str, dict[str, Any]] = {}
    for row in fresh:
        one = begun.setdefault(row["conversation_id"], _conversation(row, visitors[row["id"]]))
        one["started_at"] = min(one["started_at"], row["created_at"])
        one["last_at"] = max(one["last_at"], row["created_at"])
        one["messages"] += 1
        one["answered"] += row["outcome"] == "answered"
        one["refused"] += row["outcome"] in {"refused", "closest"}
        one["questions"] += f"{row['question']}\n"
    await _conversations(connection, list(begun.values()))


def _conversation(row: dict[str, Any], visitor_id: str | None) -> dict[str, Any]:
    return {
        "id": row["conversation_id"], "site_id": row["site_id"], "visitor_id": visitor_id,
        "started_at": row["created_at"], "last_at": row["created_at"], "language": row.get("language"),
        "messages": 0, "answered": 0, "refused": 0, "handed_off": False, "questions": "",
    }  # fmt: skip


def _handed_off(row: dict[str, Any]) -> dict[str, Any]:
    return _conversation(row, row["visitor_id"]) | {"handed_off": True}


def _message(row: dict[str, Any]) -> dict[str, Any]:
    searched = row["searched"]
    learnt = {
        "question_id": None if searched is None else question_id(row["site_id"], searched),
        "support": min((one["support"] for one in row["citations"] if "support" in one), default=None),
    }
    return {name: value for name, value in row.items() if name not in _OF_OTHER_TABLES} | learnt


async def _questions(connection: AsyncConnection, fresh: list[dict[str, Any]], embedded: dict[str, Embedded]) -> None:
    """Add distinct questions, or count once more those that are there."""
    table = schema.questions
    asked: dict[str, dict[str, Any]] = {}
    for row in fresh:
        if row["question_id"] is None:
            continue
        one = asked.setdefault(row["question_id"], {
            "id": row["question_id"], "site_id": row["site_id"], "text": row["searched"], "asked": 0,
            **embedded[row["id"]].columns(),
        })  # fmt: skip
        one["asked"] += 1
    for part in _parts([asked[one] for one in sorted(asked)]):  # in one order, so that two drainers do not deadlock
        insert = _insert_into(connection, table).values(part)
        again = insert.on_conflict_do_update(
            index_elements=[table.c.id], set_={"asked": table.c.asked + insert.excluded.asked}
        )
        await connection.execute(again)


async def _conversations(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Add to the conversations, or begin them."""
    table = schema.conversations
    for part in _parts(rows):
        insert = _insert_into(connection, table).values(part)
        more, kept = insert.excluded, table.c
        adding = insert.on_conflict_do_update(
            index_elements=[kept.id],
            set_={
                "started_at": case((more.started_at < kept.started_at, more.started_at), else_=kept.started_at),
                "last_at": case((more.last_at > kept.last_at, more.last_at), else_=kept.last_at),
                "visitor_id": func.coalesce(kept.visitor_id, more.visitor_id),
                "language": func.coalesce(more.language, kept.language),
                "messages": kept.messages + more.messages,
                "answered": kept.answered + more.answered,
                "refused": kept.refused + more.refused,
                "handed_off": kept.handed_off | more.handed_off,
                "questions": case(
                    (func.length(kept.questions) < _QUESTIONS, kept.questions.concat(more.questions)),
                    else_=kept.questions,
                ),
            },
        )
        await connection.execute(adding)


async def _feedback(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Keep the last rating of each message."""
    table = schema.feedback
    last = {row["message_id"]: row for row in sorted(rows, key=lambda row: row["created_at"])}
    for part in _parts(list(last.values())):
        insert = _insert_into(connection, table).values(part)
        more = insert.excluded
        later = insert.on_conflict_do_update(
            index_elements=[table.c.message_id],
            set_={"rating": more.rating, "comment": more.comment, "created_at": more.created_at},
            where=more.created_at >= table.c.created_at,
        )
        await connection.execute(later)


async def _add(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Insert the rows that are not there yet and return those."""
    added: set[str] = set()
    for part in _parts(rows):
        insert = _insert_into(connection, table).values(part).on_conflict_do_nothing().returning(table.c.id)
        added |= set((await connection.execute(insert)).scalars())
    return [row for row in rows if row["id"] in added]


def _insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _deliveries(kind: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for channel in ("webhook", "email"):
        yield {
            "id": f"{channel}-{row['id']}"[:64], "site_id": row["site_id"], "channel": channel, "kind": kind,
            "subject_id": row["id"], "attempts": 0, "due_at": row["created_at"], "created_at": row["created_at"],
        }  # fmt: skip


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for at in range(0, len(rows), _ROWS):
        yield rows[at : at + _ROWS]
