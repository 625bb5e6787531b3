"""``/v1/admin/learn``: what visitors ask, what the content does not answer, and how it is used (docs/learn.md)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from content.errors import InvalidQuestion, NotFound
from service.api.admin.principal import Site, ThePart, Viewer
from service.api.visitor import TheServices
from service.learn.analyses import GapItem, LeadItem
from service.learn.asked import Period
from service.learn.conversations import Dimension, Quality
from service.learn.overview import Overview
from service.learn.questions import TopQuestion
from service.learn.reports import USUAL_DAYS, outline_of
from service.learn.sources import PageUsage
from service.sites import public_collections
from service.store import learning
from service.store.learning import Scope
from service.store.paging import Page, part_of

router = APIRouter(prefix="/v1/admin/learn", tags=["admin: learn"])
_LONGEST = timedelta(days=3660)
_NAME = re.compile(r"[^a-z0-9]+")


async def scope(
    who: Viewer,
    site: Site = None,
    collection: Annotated[str | None, Query(max_length=200, description="Questions that were searched there.")] = None,
    language: Annotated[str | None, Query(max_length=16, description="Such as `english`.")] = None,
    start: Annotated[date | None, Query(description="The first day (UTC); absent: 30 days up to the last.")] = None,
    end: Annotated[date | None, Query(description="The last day, part of the period; absent: today.")] = None,
) -> Scope:
    """Return which questions are looked at. Raises NotFound, InvalidQuestion."""
    last = end or datetime.now(UTC).date()
    period = learning.last_days(last, USUAL_DAYS)
    if start is not None:
        period = Period(learning.last_days(start, 1).start, period.end)
    if not timedelta(0) < period.end - period.start <= _LONGEST:
        raise InvalidQuestion(f"the period from {start} to {last} must be of one day to {_LONGEST.days}")
    return Scope(who.site(site), period, collection, language)


TheScope = Annotated[Scope, Depends(scope)]


@router.get("/overview")
async def overview(who: Viewer, services: TheServices, scope: TheScope) -> Overview:
    """Return what happened day by day, and how much before. Of all collections and languages."""
    return await services.reports.overview(scope)


@router.get("/top-questions")
async def top_questions(who: Viewer, services: TheServices, part: ThePart, scope: TheScope) -> Page[TopQuestion]:
    """List what is asked, the most frequent first."""
    return part_of(await services.reports.top_questions(scope), part)


@router.get("/gaps")
async def gaps(who: Viewer, services: TheServices, part: ThePart, scope: TheScope) -> Page[GapItem]:
    """List what is asked and not answered, first what is missed most often."""
    return part_of(await services.reports.gaps(scope), part)


@router.get("/gaps/{gap_id}/outline", response_class=Response, responses={200: {"content": {"text/markdown": {}}}})
async def outline(gap_id: int, who: Viewer, services: TheServices, scope: TheScope) -> Response:
    """Give the outline of the page that would close a gap, as Markdown for `content/pages`."""
    mine = Scope(await learning.site_of_topic(services.store.database, gap_id, scope.site_id), scope.period)
    found = next((item.gap for item in await services.reports.gaps(mine) if item.id == gap_id), None)
    if found is None:
        raise NotFound("there is no such gap in this period.")
    snapshot, site = services.library.current, services.sites.get(str(mine.site_id))
    text = outline_of(found, snapshot, public_collections(site, snapshot) if site else ())
    name = _NAME.sub("-", found.label.lower()).strip("-")[:60].strip("-") or f"gap-{gap_id}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"'}
    return Response(text, media_type="text/markdown", headers=headers)


@router.get("/sources")
async def sources(who: Viewer, services: TheServices, part: ThePart, scope: TheScope) -> Page[PageUsage]:
    """List the pages by how they are used, the most used first."""
    return part_of(await services.reports.sources(scope), part)


@router.get("/leads")
async def leads(who: Viewer, services: TheServices, part: ThePart, scope: TheScope) -> Page[LeadItem]:
    """List leads, the most promising first, each with why. Of all collections and languages."""
    return part_of(await services.reports.leads(scope), part)


@router.get("/conversations")
async def conversations(
    who: Viewer, services: TheServices, part: ThePart, scope: TheScope, by: Dimension = Dimension.DAY
) -> Page[Quality]:
    """List how conversations fared, by site, collection, language or time."""
    return part_of(await services.reports.conversations(scope, by), part)
