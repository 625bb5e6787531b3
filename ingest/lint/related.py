"""Related terms that an entry names and that there are not."""

from __future__ import annotations

from collections.abc import Iterator

from content.snapshot import Snapshot
from content.words import fold
from ingest.lint.finding import Check, Finding, finding


def unknown_related(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the names in the front matter's ``related`` that no term of the collection goes by."""
    known: dict[str, set[str]] = {}
    for term in snapshot.glossary.terms:
        tail = term.page_id.rsplit("/")[-1]
        known.setdefault(term.collection, set()).update((fold(term.name), term.slug, fold(tail)))
    for page in snapshot.catalog.pages():
        for name in page.entry.related if page.entry else ():
            if not name.startswith(("http://", "https://", "/")) and fold(name) not in known.get(page.collection, ()):
                yield finding(
                    Check.UNKNOWN_RELATED, page, 0,
                    f"it names {name!r} as related, and no term of {page.collection!r} goes by that name",
                    "correct the name, write the entry, or take it out of `related`.",
                )  # fmt: skip
