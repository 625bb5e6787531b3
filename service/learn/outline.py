"""Outlines: the draft of a page that would close a gap, as Markdown for ``content/pages``.

An outline says nothing of its own. What it knows stands in comments, which no reader sees, and its front matter marks
it as a draft, which ingest leaves out until somebody has written the answers and takes the mark away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from content.words import fold
from service.answering.markdown import escape
from service.learn.gaps import Gap

_ENTRIES = 8  # questions that get a heading of their own
_EXCERPT = 300  # characters
_LONGEST_NAME = 6  # words; what is longer is no name of a thing
_ASKS_NAME = re.compile(
    r"\s*(?:what(?:['’]s|\s+is|\s+are)(?:\s+meant\s+by)?|who(?:['’]s|\s+is|\s+are)|define|explain|definition\s+of"
    r"|meaning\s+of)\s+(?:an?\s+|the\s+)?(?P<name>\S[^?]*?)\s*[?.!]*\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NearPassage:
    """A passage that a writer should look at first."""

    title: str
    heading: tuple[str, ...]
    url: str | None
    text: str


def outline(gap: Gap, near: Sequence[NearPassage], related: Sequence[str]) -> str:
    """Return the outline of the page that would close a gap. ``related`` are the slugs of terms near to it.

    Where the questions ask what something is, the page is named for it, and what else it is called are its aliases.
    """
    label, *questions = (_line(text) for text in (gap.label, *(wording.text for wording in gap.questions)))
    names = _names([label, *questions])
    front = {"title": names[0] if names else label, "aliases": names[1:], "related": list(related), "draft": True}
    parts = [
        f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)}---",
        _comment(
            f"Asked {gap.asked} times, not helped with {gap.missed} times in {gap.conversations} conversations.",
            "Write the answers, each so that it can be read alone. Where the page explains a term, give it a",
            "“definition” of one sentence in the front matter above. Then take away the line “draft: true”.",
            *(f"- {near_by}" for near_by in map(_place, near)),
        ),
        "## Questions and answers",
        *(f"### {_heading(question)}" for question in questions[:_ENTRIES]),
    ]
    if questions[_ENTRIES:]:
        parts.append(_comment("Also asked:", *(f"- {question}" for question in questions[_ENTRIES:])))
    if gap.comments:
        parts.append(_comment("Said of the answers so far:", *(f"- {comment}" for comment in gap.comments)))
    return "\n\n".join(parts) + "\n"


def _names(questions: Sequence[str]) -> list[str]:
    """Return the names of the thing that the questions ask for, each once; none unless the first asks for one."""
    asked = [_ASKS_NAME.fullmatch(question) for question in questions]
    if asked[0] is None:
        return []
    names = (match["name"] for match in asked if match and len(match["name"].split()) <= _LONGEST_NAME)
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(fold(name), name)
    return list(first.values())


def _heading(question: str) -> str:
    return escape(f"{question.rstrip(' .?!')}?")


def _place(near: NearPassage) -> str:
    where = " › ".join(dict.fromkeys([near.title, *near.heading]))
    return f"{where}{f' ({near.url})' if near.url else ''}: {_line(near.text)[:_EXCERPT]}"


def _comment(*lines: str) -> str:
    """Return lines as a comment, which none of them can end."""
    return "\n".join(["<!--", *(re.sub(r"-(?=-|>)", "\N{NON-BREAKING HYPHEN}", _line(line)) for line in lines), "-->"])


def _line(text: str) -> str:
    """Return a text as one line in which nothing is a call of a template."""
    return " ".join(text.replace("{{", "{ {").split())
