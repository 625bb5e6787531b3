"""Lead quality: a score of 0..100 for each lead, with what it is made of.

Half of it is fit, what the lead says of itself; half is interest, what its conversation shows. The points are
judgements that an owner can read and check, not weights fitted on sales: docs/learn.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from content.words import stem, words
from service.learn.asked import Asked

# Providers that give addresses to everybody, so that an address says nothing of a company.
_FREE_MAIL = frozenset(
    """
    aol.com free.fr gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com hotmail.co.uk hotmail.fr
    icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com orange.fr outlook.com outlook.de
    pm.me proton.me protonmail.com qq.com seznam.cz t-online.de web.de wp.pl yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de
    yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com 163.com
    """.split()
)
# Words of somebody who means to buy. A site in another language, or with other words, names its own.
INTENT = ("price", "pricing", "cost", "quote", "offer", "demo", "trial", "buy", "order", "purchase", "plan", "upgrade")
_SPOKEN = 8  # words of a message that says what is wanted
_ENGAGED = 3  # questions of a conversation that is more than a try


@dataclass(frozen=True, slots=True)
class Lead:
    """Someone who left their address. ``fields`` are those that the site asks for beside the usual ones."""

    lead_id: str
    email: str
    name: str | None
    company: str | None
    message: str | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signal:
    """What adds to a score: ``points`` of at most ``most``, and why in words for the owner."""

    name: str
    points: int
    most: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeadScore:
    """How promising a lead is, 0..100, and the signals that add up to it."""

    lead_id: str
    score: int
    signals: tuple[Signal, ...]


def lead_score(
    lead: Lead, asked: Sequence[Asked], handed_off: bool, wanted: Sequence[str] = (), intent: Sequence[str] = INTENT
) -> LeadScore:
    """Return how promising a lead is.

    ``asked`` are the questions of its conversation, none where there was no conversation; ``handed_off`` is whether a
    person was asked for in it. ``wanted`` are the names of the fields that the site asks for, ``intent`` words of
    somebody who means to buy.
    """
    signals = (*_fit(lead, wanted), *_interest(lead, asked, handed_off, intent))
    return LeadScore(lead.lead_id, sum(signal.points for signal in signals), signals)


def _fit(lead: Lead, wanted: Sequence[str]) -> list[Signal]:
    domain = lead.email.rpartition("@")[2].lower()
    own = domain not in _FREE_MAIL
    filled = sum(bool(lead.fields.get(name, "").strip()) for name in wanted)
    said = len((lead.message or "").split())
    fields = f"{filled} of {len(wanted)} fields filled in" if wanted else "the site asks for no further fields"
    return [
        Signal("company_address", 15 * own, 15, f"{domain} is {'an own domain' if own else 'a free mail provider'}"),
        _given("company", lead.company, 10),
        _given("name", lead.name, 5),
        Signal("fields", round(10 * filled / len(wanted)) if wanted else 10, 10, fields),
        Signal("message", round(10 * min(said, _SPOKEN) / _SPOKEN), 10, f"a message of {said} words"),
    ]


def _interest(lead: Lead, asked: Sequence[Asked], handed_off: bool, intent: Sequence[str]) -> list[Signal]:
    searched = [one for one in asked if one.searched is not None]
    helped = sum(one.helped for one in searched)
    meant = set(map(stem, intent))
    spoken = (word for text in (*(one.question for one in asked), lead.message or "") for word in words(text))
    found = [word for word in dict.fromkeys(spoken) if stem(word) in meant]
    days = len({one.at.date() for one in asked})
    return [
        Signal("intent", 20 * bool(found), 20, f"speaks of {', '.join(found)}" if found else "no word of buying"),
        Signal("person_wanted", 10 * handed_off, 10, "asked for a person" if handed_off else "asked for no person"),
        Signal(
            "questions", round(10 * min(len(searched), _ENGAGED) / _ENGAGED), 10, f"asked {len(searched)} questions"
        ),
        Signal(
            "answered", round(5 * helped / len(searched)) if searched else 0, 5,
            f"{helped} of {len(searched)} questions were answered",
        ),
        Signal("returned", 5 * (days > 1), 5, f"asked on {days} days"),
    ]  # fmt: skip


def _given(name: str, value: str | None, most: int) -> Signal:
    given = bool(value and value.strip())
    return Signal(name, most * given, most, f"gives a {name}" if given else f"gives no {name}")
