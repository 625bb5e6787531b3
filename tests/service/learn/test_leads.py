from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from service.learn.leads import Lead, lead_score
from service.model import Outcome
from tests.service.learn.records import asked

BEST = Lead(
    "l1", "ada@engines.example", "Ada", "Engines Ltd", "We need two hundred seats for our staff by June.",
    {"phone": "1", "size": "200"},
)  # fmt: skip
TALK = [asked("What is the price?"), asked("Do you ship?"), asked("Can I get a demo?", minutes=60 * 24)]
WANTED = ("phone", "size")


def _points(score) -> dict[str, int]:
    return {signal.name: signal.points for signal in score.signals}


def test_the_best_lead_has_100_and_every_signal_says_why():
    found = lead_score(BEST, TALK, True, WANTED)
    assert found.score == 100 == sum(signal.most for signal in found.signals)
    reasons = {signal.name: signal.reason for signal in found.signals}
    assert reasons["intent"] == "speaks of price, demo"
    assert reasons["company_address"] == "engines.example is an own domain"


def test_an_address_alone_from_a_free_provider_has_little():
    found = lead_score(Lead("l2", "x@GMAIL.com", None, " ", None, {}), [], False, WANTED)
    assert found.score == 0
    assert lead_score(Lead("l2", "x@gmail.com", None, None, None, {}), [], False).score == 10  # no fields to fill in


def test_each_signal_moves_alone():
    full = _points(lead_score(BEST, TALK, True, WANTED))
    changed = {
        "company_address": lead_score(replace(BEST, email="ada@web.de"), TALK, True, WANTED),
        "company": lead_score(replace(BEST, company=None), TALK, True, WANTED),
        "name": lead_score(replace(BEST, name=""), TALK, True, WANTED),
        "fields": lead_score(replace(BEST, fields={"phone": "1"}), TALK, True, WANTED),
        "message": lead_score(replace(BEST, message="hi"), TALK, True, WANTED),
        "person_wanted": lead_score(BEST, TALK, False, WANTED),
        "answered": lead_score(BEST, [replace(TALK[0], outcome=Outcome.REFUSED), *TALK[1:]], True, WANTED),
        "intent": lead_score(BEST, TALK, True, WANTED, intent=("Preis",)),
        "returned": lead_score(BEST, [replace(one, at=TALK[0].at) for one in TALK], True, WANTED),
    }
    for name, score in changed.items():
        assert {other for other, points in _points(score).items() if points != full[other]} == {name}


@settings(deadline=None)
@given(st.permutations(TALK), st.booleans(), st.text(max_size=30), st.text(max_size=60))
def test_a_score_is_within_its_bounds_whatever_is_written(talk, handed_off, email, message):
    found = lead_score(replace(BEST, email=email, message=message), talk, handed_off, WANTED)
    assert 0 <= found.score <= 100
    assert all(0 <= signal.points <= signal.most for signal in found.signals)
