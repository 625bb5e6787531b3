import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.learn.gaps import AskedAgain, Gap, GapState, gap_status, gaps
from service.model import Outcome
from tests.service.learn.records import asked, passage

LABELS = {1: "How do I pay?", 2: "Do you ship abroad?", 3: "Where are you?"}


def _refused(question: str = "Do you ship abroad?", **others) -> object:
    return asked(question, topic=2, outcome=Outcome.REFUSED, **others)


def _log() -> list:
    return [
        asked(topic=1),
        asked(topic=1, outcome=Outcome.CLOSEST, shown=(passage("fees"),)),
        _refused(shown=(passage("orders"), passage("returns"))),
        _refused(shown=(passage("orders"),), conversation_id="same"),
        _refused("Shipping to Norway?", conversation_id="same"),
        asked(topic=3),
    ]


def test_what_is_missed_most_often_comes_first_with_its_nearest_pages():
    first, second = gaps(_log(), LABELS)
    assert (first.label, first.asked, first.missed, first.refused, first.conversations) == (LABELS[2], 3, 3, 3, 2)
    assert [wording.text for wording in first.questions] == ["Do you ship abroad?", "Shipping to Norway?"]
    assert [page.page_id for page in first.nearest_pages] == ["orders", "returns"]
    assert (second.label, second.asked, second.missed, second.closest) == (LABELS[1], 2, 1, 1)


def test_of_two_missed_as_often_the_one_missed_throughout_comes_first():
    log = [asked(topic=1), asked(topic=1, outcome=Outcome.REFUSED), asked(topic=3, outcome=Outcome.REFUSED)]
    assert [gap.topic for gap in gaps(log, LABELS)] == [3, 1]


def test_thumbs_down_make_a_gap_with_what_was_said():
    answer = asked(topic=3, rating="down", comment="outdated", cited=(passage("contact"),))
    (gap,) = gaps([answer], LABELS)
    assert (gap.down, gap.comments, gap.disputed) == (1, ("outdated",), (passage("contact"),))


@settings(deadline=None)
@given(st.permutations(_log()))
def test_the_order_of_the_log_does_not_matter(log):
    assert gaps(log, LABELS) == gaps(sorted(log, key=lambda one: one.message_id), LABELS)


def _again(gap: Gap, *pages: str | None) -> list[AskedAgain]:
    cited = [(passage(page),) if page else () for page in pages]
    return [
        AskedAgain(wording.text, Outcome.ANSWERED if cites else Outcome.REFUSED, cites)
        for wording, cites in zip(gap.questions, cited, strict=True)
    ]


@pytest.mark.parametrize(
    ("pages", "state"),
    [
        ((None, None), GapState.OPEN),
        (("shipping", None), GapState.NARROWED),
        (("shipping", "shipping"), GapState.CLOSED),
    ],
)
def test_a_gap_is_closed_when_all_its_questions_are_answered(pages, state):
    gap = gaps(_log(), LABELS)[0]
    status = gap_status(gap, _again(gap, *pages))
    assert status.state is state
    assert len(status.answered) == sum(page is not None for page in pages)
    assert [page.page_id for page in status.pages] == (["shipping"] if any(pages) else [])


def test_a_question_that_was_not_asked_again_stays_open():
    gap = gaps(_log(), LABELS)[0]
    assert gap_status(gap, []).state is GapState.OPEN


def test_the_answer_that_was_complained_of_closes_nothing_but_a_rewritten_one_does():
    (gap,) = gaps([asked(topic=3, rating="down", cited=(passage("contact", 1),))], LABELS)
    (question,) = gap.questions
    same = AskedAgain(question.text, Outcome.ANSWERED, (passage("contact", 1),))
    rewritten = AskedAgain(question.text, Outcome.ANSWERED, (passage("contact", 2),))
    assert gap_status(gap, [same]).state is GapState.OPEN
    assert gap_status(gap, [rewritten]).state is GapState.CLOSED
