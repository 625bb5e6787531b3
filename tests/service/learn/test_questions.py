from datetime import timedelta

from service.learn.asked import Period, reception
from service.learn.questions import Wording, top_questions
from service.model import Outcome
from tests.service.learn.records import NOON, asked

DAY = Period(NOON, NOON + timedelta(days=1))
YESTERDAY = -60 * 24
LABELS = {1: "How do I pay?", 2: "Do you ship abroad?"}


def test_the_most_asked_comes_first_with_how_it_fared():
    log = [
        asked(topic=2, outcome=Outcome.REFUSED),
        asked(topic=2, rating="down"),
        asked(topic=2, rating="up", conversation_id="same"),
        asked(topic=2, outcome=Outcome.CLOSEST, conversation_id="same"),
        asked(topic=1),
        asked(topic=None, searched=None, outcome=Outcome.CONVERSATION),
    ]
    first, second = top_questions(log, LABELS, DAY)
    assert (first.label, first.conversations, second.label) == ("Do you ship abroad?", 3, "How do I pay?")
    fared = first.reception
    assert (fared.asked, fared.answered, fared.closest, fared.refused) == (4, 2, 1, 1)
    assert (fared.missed, fared.up, fared.down) == (3, 1, 1)


def test_the_trend_compares_with_the_period_before_alone():
    long_ago = [asked(topic=1, minutes=3 * YESTERDAY)] * 9
    before = [asked(topic=1, minutes=YESTERDAY), *[asked(topic=2, minutes=YESTERDAY)] * 3]
    now = [asked(topic=1), asked(topic=2)]
    found = {one.topic: one for one in top_questions([*long_ago, *before, *now], LABELS, DAY)}
    assert (found[1].asked_before, found[1].trend) == (1, 25.0)
    assert (found[2].asked_before, found[2].trend) == (3, -25.0)


def test_without_a_period_before_there_is_no_trend():
    assert top_questions([asked()], LABELS, DAY)[0].trend is None
    assert top_questions([], LABELS, DAY) == []


def test_wordings_are_counted_as_they_stand_alone():
    log = [asked("and by card?", searched="How do I pay by card?"), asked("How do I pay by card?"), asked("pay")]
    assert top_questions(log, LABELS, DAY)[0].wordings == (Wording("How do I pay by card?", 2), Wording("pay", 1))


def test_the_end_of_a_period_is_the_start_of_the_next():
    assert DAY.start in DAY
    assert DAY.end not in DAY
    assert DAY.before.end == DAY.start


def test_thumbs_overrule_what_the_outcome_says():
    assert reception([asked(outcome=Outcome.CLOSEST, rating="up")]).missed == 0
    assert reception([asked(rating="down")]).missed == 1
    assert not asked(outcome=Outcome.CONVERSATION).helped


def test_an_answer_in_doubt_did_not_help_unless_the_visitor_says_so():
    assert reception([asked(support=0.2), asked(score=0.4)]).missed == 2
    assert reception([asked(score=0.4, rating="up")]).missed == 0
    pinned_by_the_owner = asked(score=0.1, support=None)
    assert pinned_by_the_owner.helped
