"""``/admin``: how the last days went, and what waits to be done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from content.errors import NoSnapshot
from service.api.admin.principal import Viewer
from service.api.visitor import Services
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView
from service.store import activity, conversations
from service.store.activity import Day
from service.store.paging import Part

router = APIRouter(include_in_schema=False)

_LATEST = 6  # conversations
_PERIODS = (7, 30, 90)  # days
_SUMMED = ("asked", "answered", "refused", "leads", "handoffs")


@router.get(ROOT)
async def overview(who: Viewer, view: TheView, days: Annotated[int, Query(ge=1, le=366)] = 30) -> Response:
    """Return the overview."""
    site_id = who.site(view.site_id)
    database = view.services.store.database
    past = await activity.daily(database, site_id, 2 * days)
    latest = await conversations.listed(database, site_id, Part(_LATEST))
    return view.show(
        who,
        "overview.html",
        days=days,
        periods=_PERIODS,
        now=_summed(past[days:]),
        before=_summed(past[:days]),
        trend=_trend(past[days:]),
        latest=latest.items,
        snapshot_at=_published(view.services),
    )


def _summed(days: list[Day]) -> dict[str, int | float | None]:
    sums = {
        name: sum(getattr(day, name) for day in days) for name in ("asked", "answered", "refused", "leads", "handoffs")
    }
    told = sums["answered"] + sums["refused"]
    return {**sums, "share": sums["answered"] / told if told else None}


def _trend(days: list[Day]) -> dict[str, list[object]]:
    """Return the chart's data: a day a point."""
    return {
        "days": [day.date.isoformat() for day in days],
        "asked": [day.asked for day in days],
        "answered": [day.answered for day in days],
        "refused": [day.refused for day in days],
    }


def _published(services: Services) -> datetime | None:
    """Return when what answers now was published."""
    try:
        return datetime.fromisoformat(services.library.current.manifest.created)
    except NoSnapshot:
        return None
