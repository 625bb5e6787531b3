"""Follow-ups: a question that leans on the conversation is made to stand alone before it is searched for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from content.glossary import Mention
from content.words import stems
from service.model import Turn

Mentions = Callable[[str], list[Mention]]

_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|him|his|she|her|hers|one)\b", re.I)
_GOES_ON = re.compile(r"^\s*(?:and|or|but|so|then|what about|how about|more|else)\b", re.I)
# Verbs and nouns that go with "it" where it stands for nothing: "is it possible", "how does it feel to".
_EMPTY_IT = re.compile(
    r"\b(?:is|was|does|makes?|would|will)\s+it\s+(?:possible|necessary|true|mean|take|cost|rain|that)\b", re.I
)
_MOST_STEMS = 3  # "and ..." with more content words than this says what it is about


def stand_alone(question: str, history: Sequence[Turn], mentions: Mentions) -> str:
    """Return the question with what it leans on put in, or as it is where it leans on nothing.

    A pronoun is replaced by the topic of the conversation; a fragment such as "why?" or "and for BERT?" gets the
    question before it put in front. The topic is the last term that the visitor named, else the last that was named;
    ``mentions`` finds the terms that a text names.
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    if not asked:
        return question
    if mentions(question):
        return _after(asked[-1], question, mentions) if _is_fragment(question) else question
    topic = _topic(history, mentions)
    pronoun = None if _EMPTY_IT.search(question) else _PRONOUN.search(question)
    if topic and pronoun:
        owns = pronoun.group().lower() in {"its", "their", "his", "her", "theirs", "hers"}
        return question[: pronoun.start()] + topic + ("'s" if owns else "") + question[pronoun.end() :]
    if pronoun or _is_fragment(question):
        return f"{asked[-1].rstrip(' ?.')}: {question}"
    return question


def _is_fragment(question: str) -> bool:
    """Whether a question goes on from the one before ("and ...?") or has no word of its own ("why?")."""
    own = len(stems(question))
    return own == 0 or (own <= _MOST_STEMS and _GOES_ON.match(question) is not None)


def _topic(history: Sequence[Turn], mentions: Mentions) -> str | None:
    for role in ("user", "assistant"):
        for turn in reversed(history):
            named = mentions(turn.content) if turn.role == role else []
            if named:
                return named[0].term.name
    return None


def _after(before: str, question: str, mentions: Mentions) -> str:
    """Ask the earlier question of the new term: "How does BERT work?" and "And GPT-3?" give "How does GPT-3 work?"."""
    new = mentions(question)[0].term.name
    for name in dict.fromkeys(
        name for mention in mentions(before) for name in (mention.term.name, *mention.term.aliases)
    ):
        found = re.search(rf"\b{re.escape(name)}\b", before, re.IGNORECASE)
        if found:
            return before[: found.start()] + new + before[found.end() :]
    return f"{before.rstrip(' ?.')}: {question}"
