"""Follow-ups: a question that leans on the conversation is searched for both by itself and within it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from content.glossary import Mention
from content.words import stems
from service.model import Turn

Mentions = Callable[[str], list[Mention]]

_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers)\b", re.I)
_POINTS = re.compile(
    r"\b(?:this|that|these|those)\b(?=\W*(?:$|[?.!,;]|(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|"
    r"mean|means|work|works|differ|differs|happen|happens|help|helps|used|compare|compares)\b))",
    re.I,
)
_GOES_ON = re.compile(r"^\s*(?:and|or|but|so|then|what about|how about|more|else)\b", re.I)
# Verbs and nouns that go with "it" where it stands for nothing: "is it possible", "how does it feel to".
_EMPTY_IT = re.compile(
    r"\b(?:is|was|does|makes?|would|will)\s+it\s+(?:possible|necessary|true|mean|take|cost|rain|that)\b", re.I
)
_COMPARES = re.compile(r"\b(?:differ\w*|versus|vs|compar\w+|than|similar to|same as)\b", re.I)
_MOST_STEMS = 3  # "and ..." with more content words than this says what it is about
# A pronoun that has more content words before it stands for one of these: "delete a list and empty it". What
# points may also begin a clause, "a mail that is spam", and so has less before it.
_MOST_BEFORE_PRONOUN, _MOST_BEFORE_POINTS = 2, 1
_ANSWER_WORDS = 15  # that many words of the last answer say what it spoke of; on mtrag, 25 or 40 do no better


def phrasings(question: str, history: Sequence[Turn], mentions: Mentions) -> tuple[str, ...]:
    """Return what to search for: the question made to stand alone, and, in a conversation, the question within it.

    Rules cannot tell what a follow-up leans on as well as both searches together can (``content.search.joined``).
    """
    alone = stand_alone(question, history, mentions)
    asked = _last(history, "user")
    if asked is None:
        return (alone,)
    answered = " ".join((_last(history, "assistant") or "").split()[:_ANSWER_WORDS])
    return alone, f"{asked} {answered}: {question}"


def stand_alone(question: str, history: Sequence[Turn], mentions: Mentions) -> str:
    """Return the question with what it leans on put in, or as it is where it leans on nothing.

    A pronoun is replaced by the topic of the conversation, the last term that the visitor named, and a comparison with
    one term alone is one with that topic. "And for BERT?" asks the question before it of BERT; "why?", which has no
    word of its own, gets that question put in front.
    ``mentions`` finds the terms that a text names.
    """
    asked = _last(history, "user")
    if asked is None:
        return question
    named = mentions(question)
    if named and _goes_on(question):
        return _after(asked, question, mentions)
    topic = _topic(history, mentions)
    compared = _COMPARES.search(question) is not None and topic not in {mention.term.name for mention in named}
    if topic and (compared or not named):
        pronoun = _leaning(question)
        if pronoun:
            owns = pronoun.group().lower() in {"its", "their", "his", "her", "theirs", "hers"}
            return question[: pronoun.start()] + topic + ("'s" if owns else "") + question[pronoun.end() :]
        if len(named) == 1 and compared:
            return f"{question.rstrip(' ?.')} compared with {topic}?"
    return question if stems(question) else f"{asked.rstrip(' ?.')}: {question}"


def _leaning(question: str) -> re.Match[str] | None:
    """Return the pronoun that stands for something before the question, if there is one."""
    if _EMPTY_IT.search(question):
        return None
    for pattern, most in ((_PRONOUN, _MOST_BEFORE_PRONOUN), (_POINTS, _MOST_BEFORE_POINTS)):
        pronoun = pattern.search(question)
        if pronoun and len(stems(question[: pronoun.start()])) <= most:
            return pronoun
    return None


def _goes_on(question: str) -> bool:
    """Whether a question goes on from the one before, as "and for BERT?" does."""
    return len(stems(question)) <= _MOST_STEMS and _GOES_ON.match(question) is not None


def _last(history: Sequence[Turn], role: str) -> str | None:
    return next((turn.content for turn in reversed(history) if turn.role == role), None)


def _topic(history: Sequence[Turn], mentions: Mentions) -> str | None:
    asked = (mentions(turn.content) for turn in reversed(history) if turn.role == "user")
    return next((named[0].term.name for named in asked if named), None)


def _after(before: str, question: str, mentions: Mentions) -> str:
    """Ask the earlier question of the new term: "How does BERT work?" and "And GPT-3?" give "How does GPT-3 work?"."""
    new = mentions(question)[0].term.name
    for name in dict.fromkeys(name for mention in mentions(before) for name in mention.term.names):
        found = re.search(rf"\b{re.escape(name)}\b", before, re.IGNORECASE)
        if found:
            return before[: found.start()] + new + before[found.end() :]
    return f"{before.rstrip(' ?.')}: {question}"
