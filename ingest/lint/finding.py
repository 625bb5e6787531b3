"""A finding: one fault of the content, where it stands, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from content.model import Page


class Severity(StrEnum):
    """How bad a fault is: a visitor is led astray, answers suffer, or somebody should have a look.

    A notice alone lets the check pass.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Check(StrEnum):
    """What is looked for."""

    DEFINED_DIFFERENTLY = "defined-differently"
    NAME_CLAIMED_TWICE = "name-claimed-twice"
    UNDEFINED_TERM = "undefined-term"
    DEAD_LINK = "dead-link"
    DEAD_ANCHOR = "dead-anchor"
    UNKNOWN_RELATED = "unknown-related"
    UNANSWERED_QUESTION = "unanswered-question"
    NEAR_DUPLICATE = "near-duplicate"
    STALE_DATE = "stale-date"
    THIN_PAGE = "thin-page"
    ORPHAN = "orphan"


_SEVERITY = {
    Check.DEFINED_DIFFERENTLY: Severity.ERROR,
    Check.DEAD_LINK: Severity.ERROR,
    Check.UNANSWERED_QUESTION: Severity.ERROR,
    Check.NAME_CLAIMED_TWICE: Severity.WARNING,
    Check.DEAD_ANCHOR: Severity.WARNING,
    Check.UNKNOWN_RELATED: Severity.WARNING,
    Check.NEAR_DUPLICATE: Severity.WARNING,
    Check.STALE_DATE: Severity.WARNING,
    Check.UNDEFINED_TERM: Severity.NOTICE,
    Check.THIN_PAGE: Severity.WARNING,
    Check.ORPHAN: Severity.NOTICE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a page. ``line`` counts from 1 in the page's text as it was read, not in the file that it came from.

    ``message`` says what is wrong, ``remedy`` what to do.
    """

    check: Check
    severity: Severity
    collection: str
    page_id: str
    title: str
    line: int
    message: str
    remedy: str


def finding(check: Check, page: Page, offset: int, message: str, remedy: str) -> Finding:
    """Return a finding at an offset of a page's text."""
    line = page.text.count("\n", 0, offset) + 1
    return Finding(check, _SEVERITY[check], page.collection, page.page_id, page.title, line, message, remedy)


def counted(findings: Sequence[Finding]) -> str:
    """Return how many findings there are, by check: "3 dead-link, 1 orphan"."""
    counts = Counter(one.check.value for one in findings)
    return ", ".join(f"{count} {check}" for check, count in counts.items())


def excerpt(text: str, most: int = 80) -> str:
    """Return a text in one line, cut at a word where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"
