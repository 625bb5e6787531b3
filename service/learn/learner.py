"""The learner: what goes on behind Learn, off the way of a question. One process of a database does it.

Questions get their topics a few seconds after they were asked. When the content or the owner's answers have changed,
and once a day, what the content did not help with is asked again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from datetime import UTC, datetime

import numpy as np

from content.embedding import Embedder, Vectors
from content.errors import Busy, InvalidQuestion, NoSnapshot, NotFound
from content.snapshot import Snapshot
from service.answering.curated import Curated
from service.assistant import Assistant, Question
from service.learn import topics
from service.learn.asked import in_doubt
from service.learn.clusters import Labels
from service.library import Library
from service.model import Done, Outcome
from service.site import SiteSettings
from service.sites import Sites, public_collections
from service.store import learning, questions
from service.store.learning import Missed
from service.store.store import Store
from service.worker import Worker

_log = logging.getLogger("glossator.learner")
_CHORE = 0x6C65726E  # any number, the same in all replicas: the bytes of "lern"
_EMBEDDED_AT_ONCE = 32  # questions; visitors' questions wait for so many at most
_GROWN = 1.25  # times as many questions as when all topics were found anew
_DAY = 86_400.0  # seconds
_AGAIN_DAYS = 90  # how far back missed questions are asked again
_AGAIN_MOST = 2000  # of a site


class Learner:
    """Gives questions their topics, and asks again what was not answered."""

    def __init__(
        self,
        store: Store,
        library: Library,
        assistant: Assistant,
        embedder: Embedder,
        worker: Worker,
        sites: Sites,
        curated: Curated,
    ) -> None:
        self._database = store.database
        self._library = library
        self._assistant = assistant
        self._embedder = embedder
        self._worker = worker
        self._sites = sites
        self._curated = curated
        self._once = asyncio.Lock()
        self._regrouped: dict[str, tuple[int, float]] = {}  # by site: of how many questions, and when
        # What was last asked again of (content, curated answers, day), since when, and whether all of it was.
        self._basis: tuple[str, object, int] | None = None
        self._since: datetime | None = None
        self._done = False

    async def learn(self) -> None:
        """Do what there is to do. Raises StoreUnavailable."""
        try:
            snapshot = self._library.current
        except NoSnapshot:
            return
        try:
            async with self._once, self._database.alone(_CHORE) as alone:
                if alone:
                    await self._embed(snapshot)
                    await self._group(snapshot)
                    await self._ask_again(snapshot)
        except Busy as error:
            _log.debug("learning waits for visitors: %s", error)

    async def _embed(self, snapshot: Snapshot) -> None:
        """Embed what came without a vector: redacted questions, those of earlier versions or of another model."""
        model = snapshot.manifest.model.sha256
        while found := await questions.to_embed(self._database, model, _EMBEDDED_AT_ONCE):
            embedded = await self._worker.run(self._embedder.encode_questions, [text for _, text in found])
            await questions.keep_vectors(self._database, [one for one, _ in found], embedded.vectors, model)

    async def _group(self, snapshot: Snapshot) -> None:
        model = snapshot.manifest.model.sha256
        for site_id in await questions.sites_with_new(self._database, model):
            rows = await questions.of_site(self._database, site_id, model)
            known, when = self._regrouped.get(site_id, (0, 0.0))
            anew = len(rows) >= _GROWN * known or time.monotonic() - when >= _DAY
            last = await questions.last_topic(self._database)
            moved, labels, gone = await asyncio.to_thread(_grouped, rows, snapshot, anew, last)
            await questions.keep_topics(self._database, site_id, moved, labels, gone)
            if anew:
                self._regrouped[site_id] = len(rows), time.monotonic()

    async def _ask_again(self, snapshot: Snapshot) -> None:
        """Ask again what was missed, where the answer may be another by now."""
        today = datetime.now(UTC).date()
        basis = snapshot.snapshot_id, self._curated.version, today.toordinal()
        if basis != self._basis:
            # After a start nothing else than the content can be told to have changed.
            self._since = None if self._basis is None else datetime.now(UTC)
            self._basis, self._done = basis, False
        if self._done:
            return
        period = learning.last_days(today, _AGAIN_DAYS)
        for site in self._sites.all():
            for one in await learning.missed(self._database, site.id, period, _AGAIN_MOST):
                if one.is_due(snapshot.snapshot_id, self._since):
                    await self._ask(one, snapshot, site)
        self._done = True

    async def _ask(self, one: Missed, snapshot: Snapshot, site: SiteSettings) -> None:
        collections = public_collections(site, snapshot)
        asked = Question(one.text, conversation_id="again", message_id="again", collections=collections)
        try:
            async with aclosing(self._assistant.reply(asked, snapshot, site)) as replies:
                done = [event async for event in replies if isinstance(event, Done)][-1]
        except (InvalidQuestion, NotFound) as error:
            _log.debug("a question of the site %s cannot be asked again: %s", site.id, error)
            return
        cited = [[cite.collection, cite.page_id, cite.passage_id] for cite in done.answer.citations]
        await questions.keep_again(self._database, one.id, snapshot.snapshot_id, _outcome(done), cited)


def _outcome(done: Done) -> Outcome:
    """Return what a question got; an answer in doubt closes no gap, and counts as the closest passages do."""
    score = done.found.best if done.found else None
    return Outcome.CLOSEST if in_doubt(done.answer.support, score) else done.answer.outcome


def _grouped(
    rows: list[questions.Row], snapshot: Snapshot, anew: bool, last: int
) -> tuple[dict[str, int], dict[int, str], set[int]]:
    """Return which questions have another topic now, which question stands for each topic, and topics that are gone.

    New topics are numbered from ``last`` on, so that no number is of two sites.
    """
    vectors = questions.unpacked([row.vector for row in rows if row.vector is not None])
    asked = [topics.Question(row.text, row.asked, row.topic) for row in rows]
    group = topics.regrouped if anew else topics.topics_of
    found = group(asked, vectors, topics.centre_of(snapshot))
    before = {row.topic for row in rows if row.topic is not None}
    fresh = dict.fromkeys(topic for topic in found if topic not in before)
    number = {topic: topic for topic in before} | {topic: last + i for i, topic in enumerate(fresh, 1)}
    now = [number[topic] for topic in found]
    moved = {row.id: topic for row, topic in zip(rows, now, strict=True) if row.topic != topic}
    changed = {topic for row, topic in zip(rows, now, strict=True) if row.id in moved}
    changed |= {row.topic for row in rows if row.id in moved and row.topic is not None}
    labels = _labels(rows, asked, vectors, np.asarray(now), changed & set(now))
    return moved, labels, before - set(now)


def _labels(
    rows: list[questions.Row], asked: list[topics.Question], vectors: Vectors, now: Labels, changed: set[int]
) -> dict[int, str]:
    order = np.argsort(now, kind="stable")
    found = {}
    for places in np.split(order, np.flatnonzero(np.diff(now[order])) + 1):
        if (topic := int(now[places[0]])) in changed:
            chosen = topics.label([asked[i] for i in places], vectors[places])
            found[topic] = next(rows[i].id for i in places if rows[i].text == chosen)
    return found
