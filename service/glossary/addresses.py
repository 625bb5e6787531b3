"""Addresses: where the pages of a glossary stand, as the service gives them out and as files on any web host.

All but ``base`` are relative to the glossary's root, so that pages work below any path and from a disk.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from content.glossary import slugify
from content.model import Term

_LONGEST_NAME = 150  # bytes of a file's name, of the 255 that file systems take


@dataclass(frozen=True, slots=True)
class Addresses:
    """The paths of a glossary's pages below its root.

    ``slugs`` are those of the pages that tell terms of one slug apart. ``base`` is the absolute address of the root and
    ``ask`` that of the assistant, each None where it is not known; ``ask`` is empty where it is the root itself.
    ``feed`` is None where there is none, for want of absolute addresses. ``filtered`` is whether the server filters the
    index.
    """

    index: str
    assets: str
    feed: str | None
    terms: Mapping[tuple[str, str], str]
    slugs: Mapping[str, str]
    base: str | None = None
    ask: str | None = None
    filtered: bool = False

    @classmethod
    def served(cls, terms: Sequence[Term], base: str | None) -> Addresses:
        """Return the addresses of the service; a term whose slug others have too is told apart by its collection."""
        shared = _shared(terms)
        slugs = {term.slug: f"glossary/{quote(term.slug)}" for term in terms}
        return cls(
            index="glossary",
            assets="glossary/assets/",
            feed="glossary/feed.atom",
            terms={
                (term.collection, term.slug): slugs[term.slug]
                + (f"?collection={quote(term.collection, safe='')}" if term.slug in shared else "")
                for term in terms
            },
            slugs=slugs,
            base=base,
            ask="",
            filtered=True,
        )

    @classmethod
    def files(cls, terms: Sequence[Term], base: str | None, ask: str | None) -> Addresses:
        """Return the addresses of files."""
        shared = _shared(terms)
        slugs = {slug: _file(slug) for slug in sorted(shared)}
        taken = set(slugs.values())
        paths: dict[tuple[str, str], str] = {}
        for term in terms:
            name = f"{term.slug}--{slugify(term.collection)}" if term.slug in shared else term.slug
            path, count = _file(name), 1
            while path in taken:  # two collections may be written alike
                count += 1
                path = _file(f"{name}-{count}")
            taken.add(path)
            paths[term.collection, term.slug] = path
        return cls(
            index="index.html",
            assets="assets/",
            feed=None if base is None else "feed.atom",
            terms=paths,
            slugs=slugs,
            base=base,
            ask=ask,
        )

    def of(self, term: Term) -> str:
        """Return the path of a term's page."""
        return self.terms[term.collection, term.slug]

    def absolute(self, path: str) -> str | None:
        """Return the whole address of a path, None where the root's is not known."""
        return None if self.base is None else f"{self.base.rstrip('/')}/{path}"


def _shared(terms: Sequence[Term]) -> set[str]:
    return {slug for slug, count in Counter(term.slug for term in terms).items() if count > 1}


def _file(name: str) -> str:
    if len(name.encode()) > _LONGEST_NAME:
        shortened = name.encode()[: _LONGEST_NAME - 9].decode(errors="ignore")
        name = f"{shortened}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"terms/{quote(name)}.html"
