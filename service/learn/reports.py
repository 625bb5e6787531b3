"""Reports: what Learn says of a period, from the store and the analyses, kept for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from content.errors import NoSnapshot, NotFound
from content.snapshot import Snapshot
from service.learn import leads as lead_quality
from service.learn.asked import Asked, PageKey
from service.learn.conversations import Dimension, Quality, quality
from service.learn.gaps import Gap, GapStatus, gap_status, gaps
from service.learn.leads import LeadScore, lead_score
from service.learn.memo import Memo
from service.learn.outline import NearPassage, outline
from service.learn.overview import Overview, overview
from service.learn.questions import TopQuestion, top_questions
from service.learn.sources import PageUsage, source_usage
from service.library import Library
from service.sites import Sites, public_collections
from service.store import learning
from service.store.database import Database
from service.store.learning import Scope
from service.store.rows import Lead

_MANY = 1000  # questions; fewer are read while one asks
USUAL_DAYS = 30  # where no period is given
_RELATED = 5  # terms that an outline names
_OWN_FIELDS = frozenset({"name", "company", "message"})  # what every lead has
_T = TypeVar("_T")
_Asked = tuple[Hashable, Callable[[], Coroutine[Any, Any, _T]]]  # what names a report, and what computes it


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


class Reports:
    """The reports of the owner's sites, kept for ``life`` seconds. Each raises StoreUnavailable."""

    def __init__(self, database: Database, library: Library, sites: Sites, life: float) -> None:
        self._database = database
        self._library = library
        self._sites = sites
        self.memo = Memo(life)

    async def overview(self, scope: Scope) -> Overview:
        """Return what happened day by day, and how much before."""
        return await self.memo.get(("overview", scope), partial(overview_of, self._database, scope))

    async def top_questions(self, scope: Scope) -> list[TopQuestion]:
        """Return what is asked, the most frequent first."""
        return await self.memo.get(*self._top_questions(scope))

    async def gaps(self, scope: Scope) -> list[GapItem]:
        """Return what is asked and not answered, first what is missed most often."""
        return await self.memo.get(*self._gaps(scope))

    async def sources(self, scope: Scope) -> list[PageUsage]:
        """Return the pages by how they are used, the most used first. Raises NoSnapshot."""
        return await self.memo.get(*self._sources(scope))

    async def leads(self, scope: Scope) -> list[LeadItem]:
        """Return leads, the most promising first."""
        return await self.memo.get(*self._leads(scope))

    async def conversations(self, scope: Scope, by: Dimension) -> list[Quality]:
        """Return how conversations fared, by site, collection, language or time."""
        return await self.memo.get(*self._conversations(scope, by))

    async def prepare(self) -> None:
        """Have the reports of the last days ready where there is so much to read that who asks first would wait."""
        period = learning.last_days(datetime.now(UTC).date(), USUAL_DAYS)
        counts = await learning.counts(self._database, period)
        busy = [site_id for site_id, count in counts.items() if count >= _MANY]
        for site_id in [*busy, *([None] if sum(counts.values()) >= _MANY else [])]:
            scope = Scope(site_id, period)
            await self.memo.prepare(*self._top_questions(scope))
            await self.memo.prepare(*self._gaps(scope))
            await self.memo.prepare(*self._leads(scope))
            await self.memo.prepare(*self._conversations(scope, Dimension.DAY))
            with suppress(NoSnapshot):
                await self.memo.prepare(*self._sources(scope))

    def _top_questions(self, scope: Scope) -> _Asked[list[TopQuestion]]:
        return ("top questions", scope), partial(top_questions_of, self._database, scope)

    def _gaps(self, scope: Scope) -> _Asked[list[GapItem]]:
        return ("gaps", scope), partial(gaps_of, self._database, scope)

    def _sources(self, scope: Scope) -> _Asked[list[PageUsage]]:
        return ("sources", scope), partial(sources_of, self._database, scope, self._titles(scope.site_id))

    def _leads(self, scope: Scope) -> _Asked[list[LeadItem]]:
        return ("leads", scope), partial(leads_of, self._database, scope, self._sites)

    def _conversations(self, scope: Scope, by: Dimension) -> _Asked[list[Quality]]:
        return ("conversations", scope, by), partial(quality_of, self._database, scope, by)

    def _titles(self, site_id: str | None) -> dict[PageKey, str]:
        """Return the titles of the pages that a site shows, of all pages for all sites."""
        snapshot = self._library.current
        site = self._sites.get(site_id) if site_id else None
        shown = public_collections(site, snapshot) if site else None
        return {
            PageKey(collection, page): title
            for collection, page, title in snapshot.catalog.page_titles()
            if shown is None or collection in shown
        }


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
        wanted = [name for name in site.leads.asked if name not in _OWN_FIELDS] if site else []
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
