"""Related terms that an entry names and that there are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from content.model import Page
from content.snapshot import Snapshot
from content.words import fold
from ingest.lint.finding import Check, Finding, finding

_ADDRESS = ("http://", "https://", "/")


def related_names(snapshot: Snapshot) -> Mapping[str, set[str]]:
    """Return what may be named as related in each collection: the names and slugs of its terms, and their files."""
    known: dict[str, set[str]] = {name: set() for name in snapshot.manifest.collections}
    for term in snapshot.glossary.terms:
        known[term.collection] |= {fold(term.name), term.slug, fold(term.page_id.rsplit("/")[-1])}
    return known


def unknown_related(page: Page, known: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Yield the names in the front matter's ``related`` that no term of the collection goes by."""
    for name in page.entry.related if page.entry else ():
        if not name.startswith(_ADDRESS) and fold(name) not in known[page.collection]:
            yield finding(
                Check.UNKNOWN_RELATED, page, 0,
                f"it names {name!r} as related, and no term of {page.collection!r} goes by that name",
                "correct the name, write the entry, or take it out of `related`.",
            )  # fmt: skip
