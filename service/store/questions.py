"""Distinct questions in the database: what makes them one, their vectors, and their topics."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.embedding import Vectors
from service.learn.asked import question_key
from service.store import schema
from service.store.database import Database
from service.store.schema import now, questions, topics

_AT_ONCE = 500  # ids in one statement
_HALF = np.dtype("<f2")  # half precision: cosines differ by less than a thousandth


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector as the spool has it, and the SHA-256 of the model that made it. None where there is none yet."""

    vector: str | None
    by: str | None

    def columns(self) -> dict[str, Any]:
        """Return what the table keeps of it."""
        if self.vector is None:
            return {"vector": None, "embedded_by": None}
        return {"vector": base64.b64decode(self.vector), "embedded_by": self.by}


@dataclass(frozen=True, slots=True)
class Row:
    """A distinct question. ``vector`` None until it is embedded, ``topic`` None until it has one."""

    id: str
    text: str
    asked: int
    vector: bytes | None
    topic: int | None


def question_id(site_id: str, text: str) -> str:
    """Return the id of a question at a site, the same however it is spelt."""
    return hashlib.sha256(f"{site_id}\n{question_key(text) or text}".encode()).hexdigest()[:32]


def packed(vector: Vectors) -> str:
    """Return a vector as the spool takes it along."""
    return base64.b64encode(vector.astype(_HALF).tobytes()).decode()


def unpacked(vectors: Sequence[bytes]) -> Vectors:
    """Return vectors as they were, a row each."""
    return np.stack([np.frombuffer(vector, _HALF) for vector in vectors]).astype(np.float32)


async def to_embed(database: Database, model: str, most: int) -> list[tuple[str, str]]:
    """Return the ids and texts of questions without a vector of this model."""
    foreign = questions.c.embedded_by.is_distinct_from(model)
    async with database.reading() as connection:
        rows = await connection.execute(select(questions.c.id, questions.c.text).where(foreign).limit(most))
        return [(row.id, row.text) for row in rows]


async def keep_vectors(database: Database, ids: Sequence[str], vectors: Vectors, model: str) -> None:
    """Keep what questions were embedded to."""
    change = (
        update(questions).where(questions.c.id == bindparam("of")).values(vector=bindparam("made"), embedded_by=model)
    )
    rows = [{"of": one, "made": vector.astype(_HALF).tobytes()} for one, vector in zip(ids, vectors, strict=True)]
    async with database.writing() as connection:
        await connection.execute(change, rows)


async def sites_with_new(database: Database, model: str) -> list[str]:
    """Return the sites that have embedded questions without a topic."""
    new = questions.c.topic.is_(None) & (questions.c.embedded_by == model)
    async with database.reading() as connection:
        return list((await connection.execute(select(questions.c.site_id).where(new).distinct())).scalars())


async def of_site(database: Database, site_id: str, model: str) -> list[Row]:
    """Return all questions of a site that have a vector of this model, in a fixed order."""
    columns = [questions.c[name] for name in ("id", "text", "asked", "vector", "topic")]
    query = select(*columns).where(questions.c.site_id == site_id, questions.c.embedded_by == model)
    async with database.reading() as connection:
        return [Row(*row) for row in await connection.execute(query.order_by(questions.c.id))]


async def last_topic(database: Database) -> int:
    """Return the highest number that a topic of any site has, 0 where there is none."""
    async with database.reading() as connection:
        return int((await connection.execute(select(func.coalesce(func.max(questions.c.topic), 0)))).scalar_one())


async def keep_topics(
    database: Database, site_id: str, moved: Mapping[str, int], labels: Mapping[int, str], gone: Collection[int]
) -> None:
    """Keep the topics of questions that have others now, and which question stands for a topic; forget some topics."""
    change = update(questions).where(questions.c.id == bindparam("of")).values(topic=bindparam("now"))
    async with database.writing() as connection:
        if moved:
            await connection.execute(change, [{"of": one, "now": topic} for one, topic in sorted(moved.items())])
        for part in _parts([*gone, *labels]):
            await connection.execute(delete(topics).where(topics.c.topic.in_(part)))
        if labels:
            rows = [{"topic": topic, "site_id": site_id, "question_id": one} for topic, one in labels.items()]
            await connection.execute(topics.insert(), rows)


async def keep_again(database: Database, question: str, snapshot_id: str, outcome: str, cited: list[list[str]]) -> None:
    """Keep what a question got when it was asked again."""
    values = {"again_at": now(), "again_snapshot": snapshot_id, "again_outcome": outcome, "again_cited": cited}
    async with database.writing() as connection:
        await connection.execute(update(questions).where(questions.c.id == question).values(values))


async def recount(connection: AsyncConnection, ids: Iterable[str]) -> None:
    """Count anew how often questions were asked, after messages were deleted; what nobody asks any more goes."""
    said = schema.messages.c
    for part in _parts(sorted(ids)):
        left = select(said.question_id, func.count(), func.min(said.searched)).where(said.question_id.in_(part))
        rows = list(await connection.execute(left.group_by(said.question_id)))
        for one, count, text in rows:
            # The wording may have been that of a visitor who is erased; what others asked is the same but for its form.
            await connection.execute(update(questions).where(questions.c.id == one).values(asked=count, text=text))
        gone = set(part) - {row[0] for row in rows}
        await connection.execute(delete(questions).where(questions.c.id.in_(gone)))
        await connection.execute(delete(topics).where(topics.c.question_id.in_(gone)))


def _parts(values: Sequence[Any]) -> Iterable[list[Any]]:
    return (list(values[at : at + _AT_ONCE]) for at in range(0, len(values), _AT_ONCE))
