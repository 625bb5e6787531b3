"""What is counted of each day, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.store import activity
from service.store.schema import milliseconds
from tests.service.store import rows
from tests.service.store.test_drain import drained

pytestmark = pytest.mark.anyio

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: int, **later: int) -> int:
    return milliseconds(MIDNIGHT + timedelta(days=day, **later))


async def test_days_are_counted_from_midnight_to_midnight(store):
    await drained(
        store,
        rows.message(created_at=at(0)),
        rows.message(created_at=at(0, hours=23, minutes=59), outcome="refused"),
        rows.message(created_at=at(1) - 1, outcome="conversation"),
        rows.message(created_at=at(1), outcome="closest", site_id="shop"),
        rows.message(created_at=at(3), outcome="answered"),
        rows.lead(created_at=at(1)),
        rows.lead(created_at=at(2, hours=5), site_id="shop"),
        rows.handoff(created_at=at(2) - 1),
    )
    first, last = MIDNIGHT.date(), MIDNIGHT.date() + timedelta(days=2)

    async def counted(site_id: str | None) -> list[tuple[int, ...]]:
        days = await activity.daily(store.database, site_id, first, last)
        assert [day.date for day in days] == [first + timedelta(days=i) for i in range(3)]
        return [(day.asked, day.answered, day.refused, day.leads, day.handoffs) for day in days]

    assert await counted(None) == [(3, 1, 1, 0, 0), (1, 0, 1, 1, 1), (0, 0, 0, 1, 0)]
    assert await counted("shop") == [(0, 0, 0, 0, 0), (1, 0, 1, 0, 0), (0, 0, 0, 1, 0)]
    assert await activity.daily(store.database, None, last, first) == []
