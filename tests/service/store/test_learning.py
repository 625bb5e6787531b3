"""What the store and the analyses call missed is the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from service.store import learning
from tests.service.store import rows
from tests.service.store.test_drain import drained

pytestmark = pytest.mark.anyio


async def test_the_store_and_the_records_agree_on_what_was_missed(store):
    outcomes, scores = ("answered", "closest", "refused", "clarify"), (None, 0.2, 0.5, 0.9)
    supports, ratings = (None, 0.3, 0.8), (None, "up", "down")
    said, rated = [], []
    for number, (outcome, score, support, rating) in enumerate(product(outcomes, scores, supports, ratings)):
        cited = [{"collection": "default", "page_id": "p", "passage_id": "p", "support": support}] if support else []
        message = rows.message(searched=f"What is {number}?", outcome=outcome, best_score=score, citations=cited)
        said.append(message)
        if rating:
            rated.append(rows.feedback(message.row["id"], rating))
    await drained(store, *said, *rated)
    period = learning.last_days(datetime.now(UTC).date(), 2)
    asked = await learning.asked(store.database, learning.Scope("default", period))
    missed = await learning.missed(store.database, "default", period, 1000)
    assert len(asked) == len(said)
    assert {one.text for one in missed} == {one.searched for one in asked if one.missed}
    assert 0 < len(missed) < len(said)
