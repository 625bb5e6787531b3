"""Clarifying: what to ask back where a question can mean several things, or says too little to search for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from content.glossary import name_key
from content.model import Term
from content.search import Found, asks_definition
from content.words import stems, unique, words
from service.answering.replies import RepliesSettings
from service.model import Turn

_MOST_CHOICES = 4
_NEAR = 10  # passages among whose pages those that "this library" can mean are looked for
_AS_LIKELY = 0.5  # of the best one's score is what a page must reach to be meant as well
_MOST_STEMS = 2  # a question about "it" with more content words than this says enough to be searched for

_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|he|him|his|she|her)\b", re.I)
_POINTING = re.compile(
    r"\b(?:this|these|those|(?<=\bof )that|(?<=\babout )that|(?<=\bfor )that|(?<=\bin )that|(?<=\bby )that)"
    r"((?:\s+[^\W\d_][\w'’-]*){1,2})(?!.*:)",  # a colon introduces what "this" stands for
    re.I,
)
# What "this" points to where nothing was said before: the site itself, or the present.
_HERE = frozenset(
    stem
    for word in """
    answer app article assistant bot business case chat chatbot company content context day documentation firm glossary
    guide kind moment month organization page platform point product project question service site sort store system
    team time tool topic type version way website week widget world year
    """.split()
    for stem in stems(word)
)


@dataclass(frozen=True, slots=True)
class Clarification:
    """What is asked back; ``choices`` are questions that say it."""

    text: str
    choices: tuple[str, ...] = ()


def clarification(
    history: Sequence[Turn], found: Found, likely: bool, replies: RepliesSettings
) -> Clarification | None:
    """Return what to ask back, or None where the question can be searched for as it is.

    A name that several terms go by, "this library" where the content knows several and nothing was said of one, and a
    question about nothing that was named are asked back; the last only unless an answer is ``likely``.
    """
    choices = _terms_by_one_name(found) or _pages_pointed_to(history, found)
    if choices is not None:
        return Clarification(replies.clarify, choices)
    return Clarification(replies.vague) if _vague(history, found, likely) else None


def _terms_by_one_name(found: Found) -> tuple[str, ...]:
    """Return a question for each of the terms that go by the very name whose definition is asked for."""
    by_name: dict[tuple[str, ...], dict[tuple[str, ...], Term]] = {}
    for mention in found.mentions:
        by_name.setdefault(mention.name, {}).setdefault(name_key(mention.term.name), mention.term)
    if len(by_name) != 1:
        return ()
    (name, terms), *_ = by_name.items()
    # A term of that very name is what is meant, even where others go by it too.
    if len(terms) < 2 or name in terms or not found.asked <= set(name):
        return ()
    if not (asks_definition(found.question) or len(words(found.question)) == len(name)):
        return ()
    return tuple(f"What is {term.name}?" for term in terms.values())[:_MOST_CHOICES]


def _pages_pointed_to(history: Sequence[Turn], found: Found) -> tuple[str, ...] | None:
    """Return the question with each of the pages that "this library" can mean, or None where it is clear.

    Pages without a title cannot be offered, and yet be meant.
    """
    pointing = _POINTING.search(found.question)
    named = set(stems(pointing.group(1))) if pointing else set()
    said = {stem for turn in history for stem in stems(turn.content)} | _HERE
    if not named or named & said:
        return None
    near = (hit for hit in found.distinct_hits(_NEAR) if hit.score >= _AS_LIKELY * found.best)
    of_it = (hit for hit in near if named & set(stems(hit.passage.in_context(hit.title))))
    titles = {(hit.passage.collection, hit.passage.page_id): hit.title for hit in of_it}
    if len(set(titles.values())) < 2 or any(set(stems(title)) <= found.asked for title in titles.values()):
        return None
    real = unique(title for (_, page_id), title in titles.items() if title != page_id)
    return tuple(f"{found.question} ({title})" for title in real[:_MOST_CHOICES])


def _vague(history: Sequence[Turn], found: Found, likely: bool) -> bool:
    if history or found.mentions:
        return False
    about_it = len(found.asked) <= _MOST_STEMS and _PRONOUN.search(found.question) is not None
    return not found.asked or (about_it and not likely)
