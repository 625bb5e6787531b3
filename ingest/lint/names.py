"""Names that two pages of a collection claim: they define a term differently, or one of them should let go of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from content.catalog import StoredPage
from content.glossary import initials
from content.model import Page
from content.sentences import Span
from content.snapshot import Snapshot
from content.words import fold, words
from ingest.lint.finding import Check, Finding, excerpt, finding
from ingest.terms import definition_of, name_of

# The cosine of two defining passages. Of the 94 names that two of seven public glossaries share, 26 lie below: 16 of
# them mean different things (an extension of Kubernetes, of PostgreSQL), of those above few do.
_SAME_MEANING = 0.6
_MOST_PAGES = 3  # of one title; more are the parts of a document, or its title is no name

_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A page that defines something by a name; ``row`` is that of the defining passage."""

    page_id: str
    name: str
    is_title: bool
    span: Span
    row: int


def claimed_names(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the names that several pages of one collection claim."""
    told: set[tuple[str, str, str]] = set()
    for (collection, _), claims in _claims(snapshot).items():
        first, *others = sorted({claim.page_id: claim for claim in reversed(claims)}.values(), key=_first)
        for other in others:
            if (collection, first.page_id, other.page_id) not in told:
                told.add((collection, first.page_id, other.page_id))
                yield _judged(snapshot, collection, first, other)


def _first(claim: _Claim) -> tuple[bool, str]:
    return not claim.is_title, claim.page_id


def _claims(snapshot: Snapshot) -> dict[_Key, list[_Claim]]:
    """Return the claims to each name that more than one page claims."""
    claims: dict[_Key, list[_Claim]] = defaultdict(list)
    for term in snapshot.glossary.terms:
        _, row = snapshot.definitions[term.collection, term.slug]  # every term is defined in a passage
        short = initials(term.name)  # two names may well have the same; visitors are asked which is meant
        for name in term.names:
            if fold(name) in short:
                continue
            claim = _Claim(term.page_id, name, name == term.name, (term.start, term.end), row)
            claims[term.collection, _key(name)].append(claim)
    for key, stored in _sharing_pages(snapshot):
        span = definition_of(stored.page)
        if span and stored.passages:
            row = next((i for i, passage in enumerate(stored.passages) if passage.end > span[0]), 0)
            claims[key].append(
                _Claim(stored.page.page_id, name_of(stored.page.title), True, span, stored.first_row + row)
            )
    return {key: found for key, found in claims.items() if key[1] and len({claim.page_id for claim in found}) > 1}


def _sharing_pages(snapshot: Snapshot) -> Iterator[tuple[_Key, StoredPage]]:
    """Yield the pages that share their title with a few others, and so define no term even where they seem to."""
    pages: dict[_Key, list[str]] = defaultdict(list)
    for collection, page_id, title in snapshot.catalog.page_titles():
        pages[collection, _key(title)].append(page_id)
    for key, page_ids in pages.items():
        if 1 < len(page_ids) <= _MOST_PAGES:
            yield from ((key, snapshot.catalog.stored(key[0], page_id)) for page_id in page_ids)


def _judged(snapshot: Snapshot, collection: str, first: _Claim, other: _Claim) -> Finding:
    page = snapshot.catalog.page(collection, other.page_id)
    rival = snapshot.catalog.page(collection, first.page_id)
    defined = f"{_said(page, other)}; {rival.title!r} ({rival.page_id}): {_said(rival, first)}"
    cosine = _cosine(snapshot, [first.row, other.row])
    if first.is_title and other.is_title and cosine < _SAME_MEANING:
        return finding(
            Check.DEFINED_DIFFERENTLY, page, other.span[0],
            f"two pages define {other.name!r} differently: {defined}",
            "make them agree or merge the pages; if two things are meant, add to both titles which one.",
        )  # fmt: skip
    if first.is_title and other.is_title:
        remedy = "merge the pages, or make one an alias of the other."
    elif first.is_title:
        remedy = f"take {other.name!r} out of this page's aliases, or merge the pages if both mean the same."
    else:
        remedy = f"leave {other.name!r} with one of the two pages."
    return finding(
        Check.NAME_CLAIMED_TWICE, page, other.span[0], f"two pages go by the name {other.name!r}: {defined}", remedy
    )


def _said(page: Page, claim: _Claim) -> str:
    return f"“{excerpt(page.text[slice(*claim.span)])}”"


def _cosine(snapshot: Snapshot, rows: Sequence[int]) -> float:
    one, other = snapshot.vectors.vectors(np.asarray(rows))
    return float(one @ other)


def _key(name: str) -> tuple[str, ...]:
    """Return the words of a name, its plural as its singular.

    Stems would make one of "container" and "containerization", which are two things.
    """
    written = words(name)
    is_plural = name.rstrip().endswith("s") and not name.rstrip().endswith(("ss", "us", "is"))
    return (*written[:-1], written[-1].removesuffix("s")) if written and is_plural else tuple(written)
