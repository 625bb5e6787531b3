"""Comparison: what of the published pages stays, and which pages need new passages and vectors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from content.catalog import Catalog, PageKey, StoredPage
from content.errors import SourceError
from content.model import Page
from ingest.losses import Remains
from ingest.making import FreshPage
from ingest.reading import Reading
from ingest.report import Loss, SourceReport
from ingest.sources import Source
from ingest.spool import Spool

Key = tuple[str, str]  # (collection, page id)
SourceKey = tuple[str, str]  # (resolved location, collection)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A page of the new snapshot, which lies on disk until it is read; ``fresh`` is whether a FreshPage."""

    source: str
    fresh: bool
    read: Callable[[], StoredPage | FreshPage]


class Comparison:
    """Holds what was read against what is published, source by source.

    ``catalog`` is None where nothing is published. Without ``reuse`` even pages that stay get new vectors. The anchors
    of pages lie on disk, in the folder ``work``, where there is one.
    """

    def __init__(self, catalog: Catalog | None, work: Path | None = None, *, reuse: bool) -> None:
        self._catalog = catalog
        self._published: dict[Key, PageKey] = {} if catalog is None else catalog.page_keys()
        self._reuse = reuse
        self._chosen: dict[Key, _Chosen] = {}
        self._anchors: Spool[tuple[Key, tuple[str, ...]]] = Spool(work)
        self._remains: list[Remains] = []  # of each source that was replaced
        self.kept = self.fresh = 0  # pages that stay with their vectors, and those that need new ones

    def pages(self) -> Iterator[StoredPage | FreshPage]:
        """Return all pages in the order of their collections, sources and ids, in which they are stored."""
        return (chosen.read() for chosen in self._in_order())

    def fresh_pages(self) -> Iterator[FreshPage]:
        """Yield those of them that need new passages and vectors."""
        pages = (chosen.read() for chosen in self._in_order() if chosen.fresh)
        return (page for page in pages if isinstance(page, FreshPage))

    def anchors(self) -> Iterator[tuple[Key, tuple[str, ...]]]:
        """Yield the anchors that pages have now which say what they said."""
        return iter(self._anchors)

    def keep_all_but(self, sources: Collection[SourceKey]) -> None:
        """Keep the published pages of all other sources."""
        for key, published in self._published.items():
            if _source_of(key, published) not in sources:
                self._keep(key)

    def replace(self, reading: Reading) -> None:
        """Take a source's pages as they are now, and count in its report what that changes."""
        mine = self._pages_of(reading.source)
        remains = Remains(reading.report, mine)
        self._remains.append(remains)
        for number, page in enumerate(reading.pages):
            self._take(page, number, reading, mine, remains)
        for key in mine - self._chosen.keys():
            if _document(key) in reading.failed_ids:  # it is still there, but cannot be read at the moment
                self._keep(key)
            else:
                reading.report.gone += 1

    def losses(self, share: float) -> list[Loss]:
        """Return the sources that lose more than a share of their pages; those that are dropped are none of them."""
        found = (remains.loss(self._chosen.keys(), share) for remains in self._remains)
        return [loss for loss in found if loss is not None]

    def remove(self, source: Source) -> SourceReport:
        """Return the report of a source that is dropped. Raises SourceError where no published page is from it."""
        gone = len(self._pages_of(source))
        if not gone:
            known = sorted({_source_of(key, published) for key, published in self._published.items()})
            pages = ", ".join(f"{location} ({collection})" for location, collection in known) or "none"
            raise SourceError(
                f"source {source.location} in the collection {source.collection!r}: no published page is from it. "
                f"Published sources (and collections): {pages}."
            )
        return SourceReport(*source.key, gone=gone)

    def _take(self, page: Page, number: int, reading: Reading, mine: Collection[Key], remains: Remains) -> None:
        key = (page.collection, page.page_id)
        report = reading.report
        if key in self._chosen:
            reason = f"the page id {page.page_id!r} belongs to another source of this collection"
            report.failed.append((reading.source.location, reason))
        elif key in mine and self._published[key].digest == page.digest:
            report.unchanged += 1
            self._keep(key, page.addresses)
            if page.anchors is not None:
                self._anchors.append((key, page.anchors))
        else:
            before = self._catalog.page(*key) if self._catalog is not None and key in mine else None
            remains.take(page, before)
            report.changed += before is not None
            report.new += before is None
            self.fresh += 1
            source = reading.source.key[0]
            self._chosen[key] = _Chosen(source, True, lambda: FreshPage(reading.pages[number], source))

    def _keep(self, key: Key, addresses: tuple[str, ...] | None = None) -> None:
        assert self._catalog is not None, "only what is published is kept"
        self.kept += self._reuse
        self.fresh += not self._reuse
        read = partial(_kept if self._reuse else _renewed, self._catalog, key, addresses)
        self._chosen[key] = _Chosen(self._published[key].source, not self._reuse, read)

    def _in_order(self) -> list[_Chosen]:
        keys = sorted(self._chosen, key=lambda key: (key[0], self._chosen[key].source, key[1]))
        return [self._chosen[key] for key in keys]

    def _pages_of(self, source: Source) -> set[Key]:
        return {key for key, published in self._published.items() if _source_of(key, published) == source.key}


def _kept(catalog: Catalog, key: Key, addresses: tuple[str, ...] | None) -> StoredPage:
    """Return a published page, with other addresses where some are given."""
    stored = catalog.stored(*key)
    return stored if addresses is None else replace(stored, page=replace(stored.page, addresses=addresses))


def _renewed(catalog: Catalog, key: Key, addresses: tuple[str, ...] | None) -> FreshPage:
    stored = _kept(catalog, key, addresses)
    return FreshPage(stored.page, stored.source)


def _source_of(key: Key, published: PageKey) -> SourceKey:
    return published.source, key[0]


def _document(key: Key) -> str:
    # The entries of a one-page glossary fail together with their document.
    return key[1].partition("#")[0]
