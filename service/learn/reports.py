"""Reports: what Learn says of a period, from the store and the analyses, kept for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from content.errors import NotFound
from content.snapshot import Snapshot
from service.learn import leads as lead_quality
from service.learn.asked import Asked, PageKey
from service.learn.conversations import Dimension, Quality, quality
from service.learn.gaps import Gap, GapStatus, gap_status, gaps
from service.learn.leads import LeadScore, lead_score
from service.learn.outline import NearPassage, outline
from service.learn.overview import Overview, overview
from service.learn.questions import TopQuestion, top_questions
from service.learn.sources import PageUsage, source_usage
from service.sites import Sites
from service.store import learning
from service.store.database import Database
from service.store.learning import Scope
from service.store.rows import Lead

_STALE = 10  # times its life that a report is given out once more while it is computed anew
_MOST = 200  # reports that are kept
_RELATED = 5  # terms that an outline names
_OWN_FIELDS = frozenset({"name", "company", "message"})  # what every lead has
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class GapItem:
    """A gap and what became of it. ``asked_again_of`` is the snapshot of which its questions were last asked again."""

    id: int
    gap: Gap
    status: GapStatus
    asked_again_of: str | None


@dataclass(frozen=True, slots=True)
class LeadItem:
    """A lead and its quality."""

    lead: Lead
    quality: LeadScore


@dataclass(slots=True)
class _Kept:
    at: float
    report: asyncio.Task[Any]


class Reports:
    """Reports of late: new for ``life`` seconds; then who asks gets one once more, and has it computed anew."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._kept: dict[Hashable, _Kept] = {}

    async def get(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Return a report. Raises what ``compute`` raises."""
        kept = self._kept.get(key)
        age = time.monotonic() - kept.at if kept else 0.0
        if kept is None or age >= self._life * _STALE or _failed(kept.report):
            kept = self._begin(key, compute)
        elif age >= self._life and kept.report.done():
            self._begin(key, compute)
        found: _T = await asyncio.shield(kept.report)
        return found

    def forget(self) -> None:
        """Forget all, since somebody was erased."""
        self._kept.clear()

    def _begin(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, _T]]) -> _Kept:
        kept = _Kept(time.monotonic(), asyncio.create_task(compute()))
        self._kept.pop(key, None)
        self._kept[key] = kept
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return kept


def _failed(report: asyncio.Task[Any]) -> bool:
    return report.done() and (report.cancelled() or report.exception() is not None)


async def overview_of(database: Database, scope: Scope) -> Overview:
    """Return the figures of a period, day by day. Raises StoreUnavailable, as all of these do."""
    both = replace(scope.period, start=scope.period.before.start)
    return overview(await learning.days(database, scope.site_id, both), scope.period)


async def top_questions_of(database: Database, scope: Scope) -> list[TopQuestion]:
    """Return what was asked most."""
    both = replace(scope, period=replace(scope.period, start=scope.period.before.start))
    asked = await learning.asked(database, both)
    labels = await learning.labels(database, scope.site_id)
    return await asyncio.to_thread(top_questions, _labelled(asked, labels), labels, scope.period)


async def gaps_of(database: Database, scope: Scope) -> list[GapItem]:
    """Return what the content does not answer, and whether it does by now."""
    asked = await learning.asked(database, scope)
    passages = await learning.with_passages(database, [one.message_id for one in asked if one.missed])
    asked = [
        replace(one, shown=passages[one.message_id][0], cited=passages[one.message_id][1])
        if one.message_id in passages
        else one
        for one in asked
    ]
    labels = await learning.labels(database, scope.site_id)
    again = await learning.again(database, scope.site_id)
    found = await asyncio.to_thread(gaps, _labelled(asked, labels), labels)
    return [_gap_item(gap, again.get(gap.topic, [])) for gap in found]


async def sources_of(database: Database, scope: Scope, titles: dict[PageKey, str]) -> list[PageUsage]:
    """Return how the pages were used; ``titles`` are those of all pages that there are."""
    asked = await learning.asked(database, scope, passages=True)
    used = await asyncio.to_thread(source_usage, asked, titles)
    return [one for one in used if scope.collection in {None, one.page.collection}]


async def quality_of(database: Database, scope: Scope, by: Dimension) -> list[Quality]:
    """Return how conversations fared, by site, collection, language or time."""
    asked = await learning.asked(database, scope, collections=by is Dimension.COLLECTION)
    return await asyncio.to_thread(quality, asked, await learning.handed_off(database, scope), by)


async def leads_of(database: Database, scope: Scope, sites: Sites) -> list[LeadItem]:
    """Return the leads of a period, the most promising first."""
    found = await learning.leads(database, scope)
    asked = await learning.of_conversations(database, {one.conversation_id for one in found if one.conversation_id})
    handed_off = await learning.handed_off(database, scope)
    items = []
    for one in found:
        site = sites.get(one.site_id)
        wanted = [name for name in site.leads.fields if name not in _OWN_FIELDS] if site else []
        said = lead_quality.Lead(one.id, one.email, one.name, one.company, one.message, one.fields)
        talk = asked.get(one.conversation_id or "", [])
        items.append(LeadItem(one, lead_score(said, talk, one.conversation_id in handed_off, wanted)))
    return sorted(items, key=lambda item: (-item.quality.score, item.lead.created_at, item.lead.id))


def outline_of(gap: Gap, snapshot: Snapshot, collections: Sequence[str] | None) -> str:
    """Return the outline of the page that would close a gap, with what the content says nearest to it by now.

    ``collections`` are those whose terms may be named, None for all.
    """
    near = []
    for one in gap.nearest:
        with suppress(NotFound):  # rewritten since then
            row = snapshot.catalog.row(one.passage.passage_id)
            passage, title, url = snapshot.catalog.passages([row])[row]
            near.append(NearPassage(title, passage.heading, url, passage.text))
    text = " ".join(wording.text for wording in gap.questions)
    named = (mention.term.slug for mention in snapshot.glossary.mentions(text, collections))
    return outline(gap, near, list(dict.fromkeys(named))[:_RELATED])


def _labelled(asked: list[Asked], labels: dict[int, str]) -> list[Asked]:
    """Return those whose topic has a label: a topic may have come between the two readings."""
    return [one for one in asked if one.topic is None or one.topic in labels]


def _gap_item(gap: Gap, again: list[learning.Again]) -> GapItem:
    status = gap_status(gap, [one.asked for one in again])
    return GapItem(gap.topic, gap, status, max((one.snapshot_id for one in again), default=None))
