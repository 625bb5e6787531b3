"""Reports that are computed in a process of their own are those that this process computes, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from content.errors import Busy, StoreUnavailable
from service.learn import analyses
from service.learn.analyst import Analyst
from service.learn.asked import PageKey
from service.learn.conversations import Dimension
from service.store import learning
from service.store.database import Database
from tests.service.store import rows
from tests.service.store.test_drain import drained

pytestmark = pytest.mark.anyio


async def stopped(database: Database) -> None:
    """An analysis whose process comes to a bad end."""
    raise SystemExit(9)


async def away(database: Database) -> None:
    """An analysis that finds no database."""
    raise StoreUnavailable("no database", 7)


async def test_a_report_is_the_same_wherever_it_is_computed(store):
    refused = [rows.message("c1", searched="When?", outcome="refused", best_score=0.1, citations=[]) for _ in range(3)]
    await drained(store, *refused, rows.message("c2", searched="What?"), rows.lead(conversation_id="c1"))
    scope = learning.Scope("default", learning.last_days(datetime.now(UTC).date(), 2))
    asked = (
        (analyses.overview_of, scope),
        (analyses.top_questions_of, scope),
        (analyses.gaps_of, scope),
        (analyses.sources_of, scope, {PageKey("default", "p"): "Page"}),
        (analyses.quality_of, scope, Dimension.DAY),
        (analyses.leads_of, scope, {"default": ["size"]}),
    )
    here, elsewhere = Analyst(store.database), Analyst(store.database)
    elsewhere.apart = True
    for analysis, *arguments in asked:
        assert await elsewhere.compute(analysis, *arguments) == await here.compute(analysis, *arguments)
    overview = await elsewhere.compute(analyses.overview_of, scope)
    assert overview.total.questions == 4


async def test_a_database_that_is_away_is_told(store):
    far = Analyst(store.database)
    far.apart = True
    with pytest.raises(StoreUnavailable, match="no database") as caught:
        await far.compute(away)
    assert caught.value.retry_after == 7


async def test_a_process_that_was_ended_is_told(store, caplog):
    far = Analyst(store.database)
    far.apart = True
    with pytest.raises(Busy, match="Try again"):
        await far.compute(stopped)
    assert "status 9" in caplog.text
