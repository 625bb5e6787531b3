"""What Learn reads from the database: the questions of a period and what became of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Table, Text, case, cast, func, select, type_coerce

from content.errors import NotFound
from service.learn.asked import DOUBTFUL, Asked, PageKey, PassageKey, Period, Rating
from service.learn.gaps import AskedAgain
from service.learn.overview import Day
from service.model import Outcome
from service.store import schema
from service.store.conversations import of_site
from service.store.database import Database
from service.store.paging import columns, made
from service.store.rows import Lead
from service.store.schema import milliseconds, moment

_PART = 5000  # rows that are read at once
_IDS = 500  # ids in one statement
_DAY = 86_400_000  # milliseconds
_said, _asked, _rated = schema.messages.c, schema.questions.c, schema.feedback.c
# What the index messages_for_learning holds, and what each question is.
_LIGHT = (
    _said.id, _said.conversation_id, _said.site_id, type_coerce(_said.created_at, BigInteger).label("at"),
    _said.language, _said.outcome, _said.best_score, _said.support, _said.took_ms, _asked.text, _asked.topic,
)  # fmt: skip
_PASSAGES = (cast(_said.passages, Text).label("passages"), cast(_said.citations, Text).label("citations"))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which questions are looked at. None means all sites, all collections, all languages."""

    site_id: str | None
    period: Period
    collection: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """What a question got when it was asked again, and of which snapshot."""

    asked: AskedAgain
    snapshot_id: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that the content did not help with, and of what and when it was asked again, if it was."""

    id: str
    text: str
    snapshot_id: str | None
    at: datetime | None

    def is_due(self, snapshot_id: str, since: datetime | None) -> bool:
        """Whether it was not asked of this snapshot yet, or not since that moment."""
        return self.snapshot_id != snapshot_id or (since is not None and self.at is not None and self.at < since)


async def asked(database: Database, scope: Scope, *, collections: bool = False, passages: bool = False) -> list[Asked]:
    """Return what was asked, in no order. ``collections`` and ``passages`` are read only where they are wanted."""
    query = select(*_LIGHT, *_wider(collections or scope.collection is not None, passages))
    query = query.where(*_within(schema.messages, scope.site_id, scope.period))
    if scope.language is not None:
        query = query.where(_said.language == scope.language)
    found = await _read(database, query, await _ratings(database, scope.site_id, scope.period))
    if scope.collection is None:
        return found
    return [one for one in found if scope.collection in one.collections]


async def of_conversations(database: Database, ids: Iterable[str]) -> dict[str, list[Asked]]:
    """Return what was asked in these conversations, as it was written, by their ids."""
    found: dict[str, list[Asked]] = {}
    for part in _parts(ids):
        query = select(*_LIGHT, _said.question).where(_said.conversation_id.in_(part))
        rated = select(_rated.message_id, _rated.rating, _rated.comment).join(
            schema.messages, _said.id == _rated.message_id
        )
        ratings = await _rating_rows(database, rated.where(_said.conversation_id.in_(part)))
        for one in await _read(database, query, ratings):
            found.setdefault(one.conversation_id, []).append(one)
    return found


async def with_passages(database: Database, wanted: Iterable[str]) -> dict[str, tuple[tuple[PassageKey, ...], ...]]:
    """Return the passages that were shown and those that were cited, by the ids of messages."""
    found: dict[str, tuple[tuple[PassageKey, ...], ...]] = {}
    for part in _parts(wanted):
        async with database.reading() as connection:
            for row in await connection.execute(select(_said.id, *_PASSAGES).where(_said.id.in_(part))):
                found[row.id] = _keys(row.passages), _keys(row.citations)
    return found


async def labels(database: Database, site_id: str | None) -> dict[int, str]:
    """Return what each topic is called; where its label was just erased, by another of its questions."""
    table = schema.topics.c
    every = select(_asked.topic, func.min(_asked.text)).where(
        _asked.topic.is_not(None), *of_site(_asked.site_id, site_id)
    )
    chosen = select(table.topic, _asked.text).join(schema.questions, _asked.id == table.question_id)
    async with database.reading() as connection:
        found = {row[0]: row[1] for row in await connection.execute(every.group_by(_asked.topic))}
        named = await connection.execute(chosen.where(*of_site(table.site_id, site_id)))
        return found | {row[0]: row[1] for row in named}


async def site_of_topic(database: Database, topic: int, site_id: str | None) -> str:
    """Return the site of a topic. Raises NotFound for one that is unknown or of another site, alike."""
    query = select(_asked.site_id).where(_asked.topic == topic, *of_site(_asked.site_id, site_id)).limit(1)
    async with database.reading() as connection:
        found = (await connection.execute(query)).scalar()
    if found is None:
        raise NotFound("there is no such gap.")
    return str(found)


async def again(database: Database, site_id: str | None) -> dict[int, list[Again]]:
    """Return what questions got when they were asked again, by their topics."""
    query = select(_asked.topic, _asked.text, _asked.again_snapshot, _asked.again_outcome, _asked.again_cited)
    query = query.where(_asked.again_at.is_not(None), _asked.topic.is_not(None), *of_site(_asked.site_id, site_id))
    found: dict[int, list[Again]] = {}
    async with database.reading() as connection:
        for topic, text, snapshot_id, outcome, cited in await connection.execute(query):
            passages = tuple(PassageKey(PageKey(collection, page), one) for collection, page, one in cited)
            found.setdefault(topic, []).append(Again(AskedAgain(text, Outcome(outcome), passages), snapshot_id))
    return found


async def missed(database: Database, site_id: str, period: Period, most: int) -> list[Missed]:
    """Return the questions of a site that the content did not help with, the last asked first."""
    joined = schema.messages.join(schema.questions, _asked.id == _said.question_id)
    joined = joined.outerjoin(schema.feedback, _rated.message_id == _said.id)
    last = func.max(_said.created_at)
    wanted = (_asked.id, _asked.text, _asked.again_snapshot, _asked.again_at)
    query = select(*wanted).select_from(joined)
    query = query.where(*_within(schema.messages, site_id, period), _missed())
    query = query.group_by(*wanted).order_by(last.desc()).limit(most)
    async with database.reading() as connection:
        return [Missed(*row) for row in await connection.execute(query)]


async def counts(database: Database, period: Period) -> dict[str, int]:
    """Return how many messages came to each site."""
    query = select(_said.site_id, func.count()).where(*_within(schema.messages, None, period)).group_by(_said.site_id)
    async with database.reading() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


async def handed_off(database: Database, scope: Scope) -> set[str]:
    """Return the conversations of a period that a person was asked for."""
    table = schema.handoffs.c
    query = select(table.conversation_id).where(*of_site(table.site_id, scope.site_id))
    async with database.reading() as connection:
        rows = await connection.execute(query.where(table.created_at >= milliseconds(scope.period.start)))
        return set(rows.scalars())


async def leads(database: Database, scope: Scope) -> list[Lead]:
    """Return the leads of a period."""
    query = select(*columns(Lead, schema.leads)).where(*_within(schema.leads, scope.site_id, scope.period))
    async with database.reading() as connection:
        return [made(Lead, row) for row in (await connection.execute(query)).mappings()]


async def days(database: Database, site_id: str | None, period: Period) -> dict[date, Day]:
    """Return what happened on each day of a period (UTC) on which anything did."""
    counted: dict[date, dict[str, int]] = {}
    searched = _said.question_id.is_not(None)
    figures: Mapping[Table, Mapping[str, ColumnElement[int]]] = {
        schema.messages: {
            "conversations": func.count(_said.conversation_id.distinct()),
            "questions": func.count(_said.question_id),
            "answered": _count(searched & (_said.outcome == Outcome.ANSWERED)),
            "closest": _count(searched & (_said.outcome == Outcome.CLOSEST)),
            "refused": _count(searched & (_said.outcome == Outcome.REFUSED)),
        },
        schema.feedback: {"up": _count(_rated.rating == "up"), "down": _count(_rated.rating == "down")},
        schema.leads: {"leads": func.count()},
        schema.handoffs: {"handoffs": func.count()},
    }
    async with database.reading() as connection:
        for table, wanted in figures.items():
            day = type_coerce(table.c.created_at, BigInteger) // _DAY
            query = select(day, *wanted.values()).where(*_within(table, site_id, period)).group_by(day)
            for row in await connection.execute(query):
                counted.setdefault(moment(row[0] * _DAY).date(), {}).update(zip(wanted, row[1:], strict=True))
    return {when: Day(day=when, **found) for when, found in counted.items()}


def last_days(until: date, count: int) -> Period:
    """Return the period of so many days that ends with this one."""
    midnight = moment(0).replace(year=until.year, month=until.month, day=until.day)
    return Period(midnight - timedelta(days=count - 1), midnight + timedelta(days=1))


def _missed() -> ColumnElement[bool]:
    """The condition that is ``Asked.missed``."""
    cited = _said.support.is_not(None)
    in_doubt = cited & ((_said.support < DOUBTFUL) | (func.coalesce(_said.best_score, 0) < DOUBTFUL))
    poor = in_doubt | _said.outcome.in_([Outcome.REFUSED, Outcome.CLOSEST])
    return case((_rated.rating.is_not(None), _rated.rating == "down"), else_=poor)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _within(table: Table, site_id: str | None, period: Period) -> tuple[ColumnElement[bool], ...]:
    at = table.c.created_at
    return (*of_site(table.c.site_id, site_id), at >= milliseconds(period.start), at < milliseconds(period.end))


def _wider(collections: bool, passages: bool) -> Iterable[ColumnElement[Any]]:
    return (*((_said.collections,) if collections else ()), *(_PASSAGES if passages else ()))


async def _ratings(database: Database, site_id: str | None, period: Period) -> dict[str, tuple[Rating, str | None]]:
    query = select(_rated.message_id, _rated.rating, _rated.comment).where(*of_site(_rated.site_id, site_id))
    return await _rating_rows(database, query.where(_rated.created_at >= milliseconds(period.start)))


async def _rating_rows(database: Database, query: Select[Any]) -> dict[str, tuple[Rating, str | None]]:
    async with database.reading() as connection:
        return {row.message_id: (row.rating, row.comment) for row in await connection.execute(query)}


async def _read(
    database: Database, query: Select[Any], ratings: Mapping[str, tuple[Rating, str | None]]
) -> list[Asked]:
    """Return rows as records, which are made off the event loop."""
    found: list[Asked] = []
    joined = schema.messages.outerjoin(schema.questions, _asked.id == _said.question_id)
    async with database.reading() as connection:
        rows = await connection.stream(query.select_from(joined))
        async for part in rows.partitions(_PART):
            found += await asyncio.to_thread(_made, part, ratings)
    return found


def _made(rows: Sequence[Row[Any]], ratings: Mapping[str, tuple[Rating, str | None]]) -> list[Asked]:
    # Plain dictionaries: to ask a row for a column that it lacks takes longer than the rest of a record.
    unread = dict.fromkeys(("question", "collections", "passages", "citations"))
    return [_record(unread | dict(row._mapping), ratings.get(row.id, (None, None))) for row in rows]


def _record(row: Mapping[str, Any], rated: tuple[Rating | None, str | None]) -> Asked:
    return Asked(
        message_id=row["id"],
        conversation_id=row["conversation_id"],
        site_id=row["site_id"],
        collections=tuple(row["collections"] or ()),
        language=row["language"],
        at=moment(row["at"]),
        question=row["question"] or row["text"] or "",
        searched=row["text"],
        topic=row["topic"],
        outcome=Outcome(row["outcome"]),
        score=row["best_score"],
        support=row["support"],
        rating=rated[0],
        comment=rated[1],
        shown=_keys(row["passages"]),
        cited=_keys(row["citations"]),
        took_ms=row["took_ms"],
    )


def _keys(written: str | None) -> tuple[PassageKey, ...]:
    found = json.loads(written) if written else ()
    return tuple(_key(one["collection"], one["page_id"], one["passage_id"]) for one in found)


@lru_cache(maxsize=100_000)
def _key(collection: str, page_id: str, passage_id: str) -> PassageKey:
    return PassageKey(PageKey(collection, page_id), passage_id)


def _parts(ids: Iterable[str]) -> Iterable[list[str]]:
    listed = sorted(ids)
    return (listed[at : at + _IDS] for at in range(0, len(listed), _IDS))
