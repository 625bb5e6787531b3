"""Paraphrases by rule: gold sentences said in other words, and the same with one thing changed.

Made without a model, so that nobody has to believe one: words are exchanged by a list of synonyms, a fronted phrase goes
to the end, a passive becomes active, brackets and asides are left out. What the rules cannot do to a sentence is not
done, and a sentence that no rule touches is not used. They are easier than what people or large models write.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_SYNONYMS = dict(
    pair.split("/")
    for pair in """
    began/started started/began begin/start ended/finished large/big big/large small/little many/numerous
    numerous/many several/various various/different important/significant significant/important main/chief
    major/important primary/main principal/main famous/well-known located/situated situated/located region/area
    area/region country/nation nation/country city/town people/persons built/constructed constructed/built
    created/made made/produced established/founded founded/established used/employed uses/employs shows/demonstrates
    showed/demonstrated called/named named/called known/called obtained/got received/got required/needed
    requires/needs allows/lets permits/allows helped/assisted supported/backed increased/grew reduced/lowered
    decreased/dropped died/perished killed/slain won/gained lived/resided moved/relocated became/turned
    occurred/happened happened/occurred developed/evolved discovered/found found/discovered believed/thought
    stated/said said/stated argued/claimed described/depicted wrote/authored led/guided controlled/governed
    ruled/governed attacked/assaulted defeated/beat fought/battled war/conflict battle/fight army/troops
    soldiers/troops king/monarch ruler/sovereign law/statute rules/regulations method/technique technique/method
    way/manner manner/way part/portion portion/part piece/part section/part group/set set/collection
    collection/set kind/type type/kind form/kind example/instance result/outcome effect/consequence cause/reason
    reason/cause goal/aim purpose/aim aim/goal problem/difficulty difficulty/problem answer/reply question/query
    idea/concept concept/idea theory/hypothesis study/investigation research/study students/pupils children/kids
    school/academy university/college house/home buildings/structures building/structure structure/construction
    ship/vessel vehicle/car road/street river/stream ocean/sea sea/ocean mountain/peak forest/woods
    illness/disease disease/illness doctor/physician physician/doctor medicine/drug food/nourishment money/cash
    price/cost cost/price company/firm firm/company business/company worker/employee workers/employees job/work
    leader/chief member/participant population/inhabitants inhabitants/residents residents/inhabitants
    language/tongue word/term term/expression text/writing book/volume article/paper document/file file/document
    picture/image image/picture data/information information/data computer/machine program/application
    application/program software/programs website/site page/document server/host
    request/query response/reply message/communication error/fault failure/breakdown user/person users/people
    developer/programmer developers/programmers function/routine value/quantity object/entity element/component
    component/element property/attribute attribute/property feature/characteristic characteristic/feature
    attribute/feature often/frequently frequently/often usually/normally typically/usually generally/usually
    quickly/rapidly rapidly/quickly slowly/gradually gradually/slowly almost/nearly nearly/almost about/roughly
    approximately/roughly especially/particularly particularly/especially primarily/mainly mainly/primarily
    however/yet although/though while/whereas because/since therefore/thus thus/therefore approximately/about
    entire/whole whole/entire complete/full correct/right incorrect/wrong difficult/hard easy/simple simple/easy
    quick/fast fast/quick rapid/fast huge/enormous enormous/huge tiny/small modern/contemporary
    contemporary/modern ancient/antique current/present previous/earlier former/earlier initial/first final/last
    """.split()
)
_PHRASES = (
    ("in order to", "to"), ("due to the fact that", "because"), ("as well as", "and"), ("such as", "like"),
    ("a number of", "several"), ("a variety of", "various"), ("is used to", "serves to"), ("is able to", "can"),
    ("are able to", "can"), ("in addition to", "besides"), ("prior to", "before"), ("because of", "owing to"),
    ("for example", "for instance"), ("according to", "in the view of"),
)  # fmt: skip
_FRONTED = re.compile(r"^((?:In|During|After|By|On|At|Since|Until|From|Under|For) [^,;.]{2,45}), (?=\w)(.+?)([.!])$")
_PASSIVE = re.compile(r"^(.{3,80}?) (?:was|were) (\w+ed) by ([^,;.]{3,60})\.$")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_ASIDE = re.compile(r",\s*(?:which|who)\b[^,;.]*(?=[.])")
_FILLERS = re.compile(r"\b(?:also|then|itself|themselves|quite|very|simply|actually|indeed|thereby) ", re.I)
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?![\w'’-])")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|has been|have been|had been|does|did|do|must|should)\b(?! not)"
)
_NOT = re.compile(r"\b(?:not|never) |n't\b")


@dataclass(frozen=True, slots=True)
class Variant:
    """A sentence said anew; ``rules`` are what was done to it."""

    text: str
    rules: tuple[str, ...]


def paraphrase(sentence: str) -> Variant | None:
    """Return a sentence in other words, None where no rule touches it."""
    rules: list[str] = []
    text = sentence
    for name, rule in _FAITHFUL:
        changed = rule(text)
        if changed != text:
            rules.append(name)
            text = changed
    return Variant(text, tuple(rules)) if rules else None


def changes(sentence: str, numbers: Sequence[str], names: Sequence[str], dice: random.Random) -> list[Variant]:
    """Return a sentence with its number, a name or its negation changed, as far as it has them.

    ``numbers`` and ``names`` are others to put in their place.
    """
    found = []
    number = _one(_NUMBER, sentence, dice)
    others = [other for other in numbers if number and other not in sentence]
    if number and others:
        found.append(Variant(_replaced(sentence, number, dice.choice(others)), ("number",)))
    name = _one(_NAME, sentence, dice)
    others = [other for other in names if name and other not in sentence]
    if name and others:
        found.append(Variant(_replaced(sentence, name, dice.choice(others)), ("name",)))
    auxiliary = _AUXILIARY.search(sentence)
    if _NOT.search(sentence):
        found.append(Variant(_NOT.sub("", sentence, count=1), ("negation",)))
    elif auxiliary:
        found.append(Variant(f"{sentence[: auxiliary.end()]} not{sentence[auxiliary.end() :]}", ("negation",)))
    return found


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text."""
    return sorted({match.group() for match in _NUMBER.finditer(text)})


def names_in(text: str) -> list[str]:
    """Return the words of a text that are written as names inside a sentence."""
    return sorted({match.group() for match in _NAME.finditer(text)})


def _synonyms(text: str) -> str:
    left = 2

    def exchanged(match: re.Match[str]) -> str:
        nonlocal left
        other = _SYNONYMS.get(match.group())
        if other is None or left == 0:
            return match.group()
        left -= 1
        return other

    return re.sub(r"[a-z]+", exchanged, text)


def _phrases(text: str) -> str:
    for one, other in _PHRASES:
        text = text.replace(f" {one} ", f" {other} ", 1)
    return text


def _fronted(text: str) -> str:
    match = _FRONTED.match(text)
    if not match:
        return text
    phrase, rest, stop = match.groups()
    return f"{rest[0].upper()}{rest[1:]} {phrase[0].lower()}{phrase[1:]}{stop}"


def _active(text: str) -> str:
    match = _PASSIVE.match(text)
    if not match:
        return text
    what, verb, who = match.groups()
    what = what if re.match(r"[A-Z]\w+(?: [A-Z]|$)", what) else what[0].lower() + what[1:]
    return f"{who[0].upper()}{who[1:]} {verb} {what}."


_FAITHFUL: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("passive to active", _active),
    ("fronted phrase to the end", _fronted),
    ("brackets left out", lambda text: _BRACKETS.sub("", text)),
    ("aside left out", lambda text: _ASIDE.sub("", text)),
    ("fillers left out", lambda text: _FILLERS.sub("", text)),
    ("phrases", _phrases),
    ("synonyms", _synonyms),
)


def _one(pattern: re.Pattern[str], text: str, dice: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return dice.choice(found) if found else None


def _replaced(text: str, match: re.Match[str], by: str) -> str:
    return text[: match.start()] + by + text[match.end() :]
