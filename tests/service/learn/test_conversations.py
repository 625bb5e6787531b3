import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.learn.conversations import Dimension, quality
from service.model import Outcome
from tests.service.learn.records import asked

MISSED = {"outcome": Outcome.REFUSED}


def _log() -> list:
    return [
        # Refused, put in other words, answered.
        asked("ship?", conversation_id="a", topic=1, took_ms=10, **MISSED),
        asked("Do you ship?", conversation_id="a", topic=1, minutes=1, took_ms=20),
        asked("thanks", conversation_id="a", topic=None, searched=None, minutes=2, outcome=Outcome.CONVERSATION),
        # Put in other words in vain; then about something else.
        asked("pay?", conversation_id="b", topic=2, took_ms=30, rating="down", **MISSED),
        asked("How to pay?", conversation_id="b", topic=2, minutes=1, took_ms=40, **MISSED),
        asked("Where are you?", conversation_id="b", topic=3, minutes=2, took_ms=50, rating="up"),
        # Answered, but a person took over.
        asked("Hours?", conversation_id="c", topic=4, took_ms=60, site_id="shop", language="de"),
        # A greeting alone.
        asked("hello", conversation_id="d", topic=None, searched=None, outcome=Outcome.CONVERSATION, language=None),
    ]


def test_all_figures_of_a_group():
    (found,) = quality(_log(), {"c"}, Dimension.DAY)
    assert (found.value, found.conversations, found.reception.asked) == ("2026-11-20", 4, 8)
    assert found.answered is not None
    assert (found.answered.value, found.answered.questions) == (0.5, 6)
    assert found.resolved is not None
    assert found.resolved.value == pytest.approx(2 / 3)
    assert found.handed_off is not None
    assert found.handed_off.value == pytest.approx(1 / 3)
    assert found.liked is not None
    assert found.liked.value == 0.5
    assert found.repaired is not None
    assert (found.repaired.value, found.repaired.questions) == (0.5, 2)
    assert (found.p50_ms, found.p95_ms) == (35, 58)


@pytest.mark.parametrize(
    ("by", "values"),
    [
        (Dimension.SITE, {"default": 3, "shop": 1}),
        (Dimension.LANGUAGE, {"de": 1, "en": 2, "unknown": 1}),
        (Dimension.COLLECTION, {"default": 4}),
        (Dimension.WEEK, {"2026-W47": 4}),
        (Dimension.MONTH, {"2026-11": 4}),
    ],
)
def test_groups(by, values):
    assert {one.value: one.conversations for one in quality(_log(), (), by)} == values


def test_a_greeting_alone_has_no_shares():
    (found,) = quality(_log()[-1:], (), Dimension.SITE)
    assert (found.answered, found.resolved, found.liked, found.repaired, found.p50_ms) == (None, None, None, None, None)


@settings(deadline=None)
@given(st.permutations(_log()))
def test_the_order_of_the_log_does_not_matter(log):
    assert quality(log, {"c"}, Dimension.SITE) == quality(_sorted(log), {"c"}, Dimension.SITE)


def _sorted(log: list) -> list:
    return sorted(log, key=lambda one: one.message_id)
