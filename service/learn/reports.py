"""Reports: what Learn says of a period, from the store and the analyses, kept for a moment."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from content.errors import NoSnapshot, NotFound
from content.snapshot import Snapshot
from service.learn.analyses import (
    GapItem,
    LeadItem,
    gaps_of,
    leads_of,
    overview_of,
    quality_of,
    sources_of,
    top_questions_of,
)
from service.learn.analyst import Analyst
from service.learn.asked import PageKey
from service.learn.conversations import Dimension, Quality
from service.learn.gaps import Gap
from service.learn.memo import Memo
from service.learn.outline import NearPassage, outline
from service.learn.overview import Overview
from service.learn.questions import TopQuestion
from service.learn.sources import PageUsage
from service.library import Library
from service.sites import Sites, public_collections
from service.store import learning
from service.store.database import Database
from service.store.learning import Scope

_MANY = 1000  # questions; fewer are read while one asks
PERIODS = (7, 30, 90)  # days, that the dashboard offers
USUAL_DAYS = 30  # where no period is given
_RELATED = 5  # terms that an outline names
_OWN_FIELDS = frozenset({"name", "company", "message"})  # what every lead has
_T = TypeVar("_T")
_Asked = tuple[Hashable, Callable[[], Coroutine[Any, Any, _T]]]  # what names a report, and what computes it


class Reports:
    """The reports of the owner's sites, kept for ``life`` seconds. Each raises StoreUnavailable, or Busy."""

    def __init__(self, database: Database, library: Library, sites: Sites, life: float) -> None:
        self._database = database
        self._library = library
        self._sites = sites
        self._analyst = Analyst(database)
        self.memo = Memo(life)

    async def overview(self, scope: Scope) -> Overview:
        """Return what happened day by day, and how much before."""
        return await self.memo.get(("overview", scope), self._analysis(overview_of, scope))

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
        """Have the reports of the last days ready where there is so much to read that who asks first would wait.

        From then on an analyst computes all reports in a process of its own. Raises what they do.
        """
        today = datetime.now(UTC).date()
        counts = await learning.counts(self._database, learning.last_days(today, USUAL_DAYS))
        much = sum(counts.values()) >= _MANY
        self._analyst.apart = much
        sites = [site_id for site_id, count in counts.items() if count >= _MANY] + ([None] if much else [])
        for days in sorted(PERIODS, key=lambda days: days != USUAL_DAYS):  # first what is looked at most
            for site_id in sites:
                await self._prepare(Scope(site_id, learning.last_days(today, days)))

    async def _prepare(self, scope: Scope) -> None:
        await self.memo.prepare(*self._top_questions(scope))
        await self.memo.prepare(*self._gaps(scope))
        await self.memo.prepare(*self._leads(scope))
        await self.memo.prepare(*self._conversations(scope, Dimension.DAY))
        with suppress(NoSnapshot):
            await self.memo.prepare(*self._sources(scope))

    def _analysis(
        self, analysis: Callable[..., Coroutine[Any, Any, _T]], *arguments: object
    ) -> Callable[[], Coroutine[Any, Any, _T]]:
        return partial(self._analyst.compute, analysis, *arguments)

    def _top_questions(self, scope: Scope) -> _Asked[list[TopQuestion]]:
        return ("top questions", scope), self._analysis(top_questions_of, scope)

    def _gaps(self, scope: Scope) -> _Asked[list[GapItem]]:
        return ("gaps", scope), self._analysis(gaps_of, scope)

    def _sources(self, scope: Scope) -> _Asked[list[PageUsage]]:
        return ("sources", scope), self._analysis(sources_of, scope, self._titles(scope.site_id))

    def _leads(self, scope: Scope) -> _Asked[list[LeadItem]]:
        wanted = {site.id: [name for name in site.leads.asked if name not in _OWN_FIELDS] for site in self._sites.all()}
        return ("leads", scope), self._analysis(leads_of, scope, wanted)

    def _conversations(self, scope: Scope, by: Dimension) -> _Asked[list[Quality]]:
        return ("conversations", scope, by), self._analysis(quality_of, scope, by)

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
