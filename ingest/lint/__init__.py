"""The linter: faults of the content itself, found in a published snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from content.snapshot import Snapshot
from ingest.lint.dates import stale_dates
from ingest.lint.duplicates import near_duplicates
from ingest.lint.finding import Check, Finding, Severity, counted
from ingest.lint.glossary import glossaries
from ingest.lint.links import dead_links
from ingest.lint.names import claimed_names
from ingest.lint.orphans import orphans
from ingest.lint.questions import unanswered_questions
from ingest.lint.related import related_names, unknown_related
from ingest.lint.thin import thin_page
from ingest.lint.undefined import undefined_terms

__all__ = ["Check", "Finding", "Severity", "counted", "lint"]

_SEVERITIES = list(Severity)
_CHECKS = list(Check)


def lint(snapshot: Snapshot, today: date) -> list[Finding]:
    """Return the faults of a snapshot's content, the worst first, then by check, page and line."""
    return sorted(_findings(snapshot, today), key=_rank)


def _findings(snapshot: Snapshot, today: date) -> Iterator[Finding]:
    yield from claimed_names(snapshot)
    yield from undefined_terms(snapshot)
    yield from dead_links(snapshot)
    yield from orphans(snapshot)
    yield from near_duplicates(snapshot)
    short, related = glossaries(snapshot), related_names(snapshot)
    for page in snapshot.catalog.pages():
        yield from unknown_related(page, related)
        yield from thin_page(page, in_glossary=page.collection in short)
        yield from stale_dates(page, today)
        yield from unanswered_questions(page)


def _rank(finding: Finding) -> tuple[int, int, str, str, int]:
    severity, check = _SEVERITIES.index(finding.severity), _CHECKS.index(finding.check)
    return severity, check, finding.collection, finding.page_id, finding.line
