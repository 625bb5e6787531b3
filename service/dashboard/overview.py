"""``/admin``: how the last days went, and what waits to be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from content.errors import NoSnapshot
from service.api.admin.principal import Viewer
from service.api.visitor import Services
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView
from service.learn.reports import PERIODS, USUAL_DAYS
from service.store import activity, conversations
from service.store.activity import Day
from service.store.paging import Part

router = APIRouter(include_in_schema=False)

_LATEST = 6  # conversations
_SUMMED = ("asked", "answered", "refused", "leads", "handoffs")


@router.get(ROOT)
async def overview(who: Viewer, view: TheView, days: Annotated[int, Query(ge=1, le=366)] = USUAL_DAYS) -> Response:
    """Return the overview."""
    site_id = who.site(view.site_id)
    database = view.services.store.database
    past = await _days(view.services, site_id, 2 * days)
    latest = await conversations.listed(database, site_id, Part(_LATEST))
    return view.show(
        who,
        "overview.html",
        days=days,
        periods=PERIODS,
        now=_summed(past[days:]),
        before=_summed(past[:days]),
        trend=_trend(past[days:]),
        latest=latest.items,
        snapshot_at=_published(view.services),
    )


async def _days(services: Services, site_id: str | None, count: int) -> list[Day]:
    """Return the last days. Today is counted each time; what is over hardly changes and is kept as reports are."""
    today = datetime.now(UTC).date()
    first, yesterday = today - timedelta(days=count - 1), today - timedelta(days=1)
    counted = partial(activity.daily, services.store.database, site_id)
    over = await services.reports.memo.get(("days", site_id, first, today), partial(counted, first, yesterday))
    return [*over, *await counted(today, today)]


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
