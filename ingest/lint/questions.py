"""Questions that a page asks and does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.model import Page, Section
from ingest.lint.finding import Check, Finding, excerpt, finding

_PLACEHOLDER = re.compile(
    r"\W*(?:to[ -]?do|tb[acd]|to be (?:done|written|announced|answered|defined|added|completed)|coming soon|fixme|"
    r"work in progress|lorem ipsum)\b",
    re.IGNORECASE,
)
_LONGEST_PLACEHOLDER = 60  # characters; a longer text says more than that it is missing


def unanswered_questions(page: Page) -> Iterator[Finding]:
    """Yield the questions in a page's headings under which nothing stands, or only that something will."""
    sections = list(page.sections())
    for i, section in enumerate(sections):
        if section.question is None or section.heading is None:
            continue
        below = [other for other in sections[i:] if other.path[: len(section.path)] == section.path]
        said = [page.text[block.start : block.end] for other in below for block in other.blocks]
        if all(map(_is_placeholder, said)):
            yield _finding(page, section, said)


def _is_placeholder(text: str) -> bool:
    return len(text) <= _LONGEST_PLACEHOLDER and _PLACEHOLDER.match(text) is not None


def _finding(page: Page, section: Section, said: list[str]) -> Finding:
    assert section.heading is not None
    has = f"has only “{excerpt(said[0])}” for an answer" if said else "has no answer under it"
    return finding(
        Check.UNANSWERED_QUESTION, page, section.heading.start,
        f"the question “{excerpt(section.path[-1])}” {has}", "answer it, or leave the question out.",
    )  # fmt: skip
