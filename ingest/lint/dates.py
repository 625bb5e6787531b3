"""Dates that tell that a page has grown old."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from content.model import Block, BlockKind, Page
from content.sentences import sentences
from ingest.extract.markdown import SOURCES_HEADING
from ingest.lint.finding import Check, Finding, excerpt, finding

_STALE = 3  # years
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?![-–/]\d)")
_BEFORE = 120  # characters in front of a year that tell what it stands for
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?,? )?"
_WHEN = (
    r"(?:(?:the )?(?:early|mid|late|end of|beginning of|start of|middle of)[- ])?"
    rf"{_DAY}(?:[A-Z][a-z]{{2,8}}\.?,? )?{_DAY}\Z"
)
# The page says how things are, and names the year in which they were so.
_PRESENT = re.compile(
    rf"\b(?:as of|as at|last (?:updated?|modified|reviewed|revised|checked|changed|edited)(?: on| in|:)?|"
    rf"(?:currently|at present|nowadays|at the time of writing),? \(?(?:in )?|"
    rf"(?:the|our) (?:latest|newest|current|most recent) [\w .-]{{1,40}} \() ?(?-i:{_WHEN})",
    re.IGNORECASE,
)
# What was to come: by now it has, or it has not.
_FUTURE = re.compile(
    r"\b(?:will (?:be (?:released|available|supported|removed|completed|launched|shipped|published|deprecated|held)|"
    r"ship|launch|arrive|come|open|start|begin|end|drop|remove)|(?:is|are) (?:planned|expected|scheduled|slated|due)|"
    r"upcoming|planned for)\b"
    rf"(?:(?!\bfrom\b)[^.;\n]){{0,60}}?\b(?:in|by|for|on|until|before) {_WHEN}"
)


def stale_dates(page: Page, today: date) -> Iterator[Finding]:
    """Yield the sentences that speak of an old year as of the present, or of a past year as of the future."""
    told: set[int] = set()
    for year in _YEAR.finditer(page.text):
        problem = _problem(page.text[max(0, year.start() - _BEFORE) : year.start()], int(year.group()), today)
        block = _block(page, year.start()) if problem else None
        if block is None:
            continue
        spans = sentences(page.text, block.start, block.end)
        start, end = next(span for span in spans if year.start() < span[1])
        if start not in told:
            told.add(start)
            yield finding(
                Check.STALE_DATE, page, start, f"{problem}: “{excerpt(page.text[start:end], 140)}”",
                "check whether it still holds; bring it up to date, or tell it as history.",
            )  # fmt: skip


def _problem(before: str, year: int, today: date) -> str | None:
    if year < today.year - _STALE and _PRESENT.search(before):
        return f"it is {today.year - year} years old"
    if year < today.year and _FUTURE.search(before):
        return f"it announces what was to come in {year}"
    return None


def _block(page: Page, offset: int) -> Block | None:
    """Return the block at an offset that the page itself says: not code, nor of the list of its sources."""
    for section in page.sections():
        for block in section.blocks:
            if block.start <= offset < block.end:
                is_own = block.kind is not BlockKind.CODE and SOURCES_HEADING not in section.path[-1:]
                return block if is_own else None
    return None
