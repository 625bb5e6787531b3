"""Pages that no other page leads to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from content.catalog import PageKey
from content.glossary import name_key
from content.model import Page
from content.snapshot import Snapshot
from content.words import stem, words
from ingest.lint.addresses import Addresses, Key
from ingest.lint.finding import Check, Finding, finding
from ingest.lint.glossary import glossaries

_LINKED = 1 / 3  # of a source's pages; where fewer are linked, its links say nothing of the others
_FRONT = re.compile(r"(?:^|/)(?:_?index|readme|home|default)?$", re.IGNORECASE)

# By the first stem of a name: the name, and the pages of that name.
_Names = Mapping[str, list[tuple[tuple[str, ...], Key]]]


def orphans(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the terms of glossaries that no other page names or links to, and unlinked pages among linked ones."""
    addresses = Addresses(snapshot)
    names = _names(snapshot)
    linked: set[Key] = set()
    reached = {_page_of(snapshot, term.collection, slug) for term in snapshot.glossary.terms for slug in term.related}
    for page in snapshot.catalog.pages():
        own = (page.collection, page.page_id)
        found = (addresses.destination(page, link.target) for link in page.links)
        linked |= {to.page for to in found if to and to.page and to.page != own}
        reached |= {key for key in _named(page, names) if key != own}
    reached |= linked
    known = glossaries(snapshot)
    terms = {(one.collection, one.page_id): one for one in snapshot.glossary.terms if one.collection in known}
    keys = snapshot.catalog.page_keys()
    share = _linked_shares(keys, linked)
    for key in keys.keys() - reached:
        if _FRONT.search(key[1]):
            continue
        if key in terms:
            yield _finding(snapshot, key, f"no other page names {terms[key].name!r} or links to it")
        elif share[keys[key].source] >= _LINKED:
            yield _finding(snapshot, key, "no other page links to it, though many pages of its source are linked")


def _page_of(snapshot: Snapshot, collection: str, slug: str) -> Key:
    return collection, next(term.page_id for term in snapshot.glossary.get(slug, [collection]))


def _names(snapshot: Snapshot) -> _Names:
    names: dict[str, list[tuple[tuple[str, ...], Key]]] = defaultdict(list)
    known = glossaries(snapshot)
    for term in snapshot.glossary.terms:
        for name in {name_key(name) for name in term.names}:
            if name and term.collection in known:
                names[name[0]].append((name, (term.collection, term.page_id)))
    return names


def _named(page: Page, names: _Names) -> Iterator[Key]:
    """Yield the pages of its collection whose terms a page names."""
    if not names:
        return
    spoken = [stem(word) for word in words(page.text)]
    for at, word in enumerate(spoken):
        for name, key in names.get(word, ()):
            if key[0] == page.collection and tuple(spoken[at : at + len(name)]) == name:
                yield key


def _linked_shares(keys: Mapping[Key, PageKey], linked: Collection[Key]) -> Mapping[str, float]:
    """Return the share of the pages of each source that others link to."""
    pages = Counter(state.source for state in keys.values())
    counts = Counter(keys[key].source for key in linked)
    return {source: counts[source] / count for source, count in pages.items()}


def _finding(snapshot: Snapshot, key: Key, message: str) -> Finding:
    remedy = "link to it where a reader would want it, or leave it out."
    return finding(Check.ORPHAN, snapshot.catalog.page(*key), 0, message, remedy)
