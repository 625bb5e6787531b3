"""``/admin/learn``: what visitors ask, what the content does not answer, and how it is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from content.errors import NoSnapshot, NotFound
from service.api.admin import learn as api
from service.api.admin.principal import ThePart, Viewer
from service.api.visitor import Services
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView
from service.learn.conversations import Dimension, Quality
from service.learn.reports import PERIODS, USUAL_DAYS
from service.store.learning import Scope

router = APIRouter(prefix=f"{ROOT}/learn", include_in_schema=False)


async def scope(
    who: Viewer,
    view: TheView,
    days: Annotated[int, Query(ge=1, le=366)] = USUAL_DAYS,
    collection: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[str, Query(max_length=16)] = "",
) -> Scope:
    """Return which questions a page is about: those of the last days."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    return await api.scope(who, view.site_id, collection or None, language or None, start=first)


TheScope = Annotated[Scope, Depends(scope)]


@router.get("/questions")
async def questions(who: Viewer, view: TheView, part: ThePart, about: TheScope) -> Response:
    """Show what is asked most."""
    page = await api.top_questions(who, view.services, part, about)
    return view.show(who, "learn-questions.html", page=page, **_common(view.services, about))


@router.get("/gaps")
async def gaps(who: Viewer, view: TheView, part: ThePart, about: TheScope) -> Response:
    """Show what the content does not answer."""
    page = await api.gaps(who, view.services, part, about)
    return view.show(who, "learn-gaps.html", page=page, **_common(view.services, about))


@router.get("/gaps/{gap_id}")
async def gap(gap_id: int, who: Viewer, view: TheView, about: TheScope) -> Response:
    """Show a gap: its questions, what is nearest, and what became of it."""
    found = next((item for item in await view.services.reports.gaps(about) if item.id == gap_id), None)
    if found is None:
        raise NotFound("there is no such gap in this period.")
    return view.show(who, "learn-gap.html", one=found, **_common(view.services, about))


@router.get("/sources")
async def sources(who: Viewer, view: TheView, part: ThePart, about: TheScope) -> Response:
    """Show which pages answer, and which do not."""
    page = await api.sources(who, view.services, part, about)
    return view.show(who, "learn-sources.html", page=page, **_common(view.services, about))


@router.get("/leads")
async def leads(who: Viewer, view: TheView, part: ThePart, about: TheScope) -> Response:
    """Show how promising leads are, and why."""
    page = await api.leads(who, view.services, part, about)
    return view.show(who, "learn-leads.html", page=page, **_common(view.services, about))


@router.get("/conversations")
async def conversations(
    who: Viewer, view: TheView, part: ThePart, about: TheScope, by: Dimension = Dimension.DAY
) -> Response:
    """Show how conversations fared."""
    page = await api.conversations(who, view.services, part, about, by)
    trend = _trend(page.items) if by is Dimension.DAY and part.cursor is None else None
    return view.show(
        who, "learn-conversations.html", page=page, by=by, dimensions=list(Dimension), trend=trend,
        **_common(view.services, about),
    )  # fmt: skip


def _common(services: Services, about: Scope) -> dict[str, object]:
    """Return what the filter above each page needs."""
    try:
        known = services.library.current.manifest.collections
    except NoSnapshot:
        known = {}
    return {
        "days": (about.period.end - about.period.start).days,
        "periods": PERIODS,
        "collection": about.collection or "",
        "collections": sorted(known),
        "language": about.language or "",
        "languages": sorted({state.language for state in known.values()}),
    }


def _trend(days: Sequence[Quality]) -> dict[str, list[object]]:
    """Return the chart's data: a day a point."""
    return {
        "days": [day.value for day in days],
        "asked": [day.reception.asked for day in days],
        "answered": [day.reception.answered for day in days],
        "refused": [day.reception.refused + day.reception.closest for day in days],
    }
