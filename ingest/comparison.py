"""Comparison: what of the published pages stays, and which pages need new passages and vectors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from content.catalog import Catalog, Origin, PageKey
from content.errors import SourceError
from content.model import Page
from content.writer import KeptPages
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
    """A page of the new snapshot: one to ``read``, which lies on disk until then, or the one with a published number.

    ``addresses`` are as KeptPages has them.
    """

    source: str
    read: Callable[[], FreshPage] | None = None
    number: int = 0
    addresses: tuple[str, ...] | None = None


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
        self._readings: list[Reading] = []
        self._gone: set[Key] = set()  # as the reports of what was read have them
        self.kept = self.fresh = 0  # pages that stay with their vectors, and those that need new ones

    def pages(self) -> Iterator[KeptPages | FreshPage]:
        """Yield all pages in the order of their collections, sources and ids, in which they are stored.

        Those that stay and follow on each other as they did come together.
        """
        for _, run in groupby(enumerate(self._in_order()), _run):
            (_, (key, first)), *more = run
            if first.read is not None:
                yield first.read()
            else:
                numbers = range(first.number, first.number + 1 + len(more))
                yield KeptPages(first.source, key[0], numbers, first.addresses)

    def fresh_pages(self) -> Iterator[FreshPage]:
        """Yield those of them that need new passages and vectors."""
        return (chosen.read() for _, chosen in self._in_order() if chosen.read is not None)

    def origins(self) -> Iterator[tuple[str, Iterator[tuple[str, str, Origin]]]]:
        """Yield for each source that was read what its pages were made from, by (collection, page id)."""
        for reading in self._readings:
            location, collection = reading.source.key
            yield location, ((collection, page_id, origin) for page_id, origin in reading.origins)

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
        self._readings.append(reading)
        mine = self._pages_of(reading.source.key)
        remains = Remains(reading.report, mine)
        self._remains.append(remains)
        for page_id, addresses in reading.unchanged.items():
            key = (reading.source.collection, page_id)
            if not self._is_taken(key, reading):
                reading.report.unchanged += 1
                self._keep(key, addresses)
        for number, page in enumerate(reading.pages):
            self._take(page, number, reading, mine, remains)
        for key in mine - self._chosen.keys():
            if _document(key) in reading.failed_ids:  # it is still there, but cannot be read at the moment
                self._keep(key)
            else:
                reading.report.gone += 1
                self._gone.add(key)

    def losses(self, share: float) -> list[Loss]:
        """Return the sources that lose more than a share of their pages; those that are dropped are none of them."""
        found = (remains.loss(self._chosen.keys(), share) for remains in self._remains)
        return [loss for loss in found if loss is not None]

    def hold_back(self, losses: Sequence[Loss]) -> None:
        """Keep the published pages of these sources, as if they had been read and nothing of them had changed.

        What had moved to one of them from another source stays with that one.
        """
        held = {(loss.location, loss.collection) for loss in losses}
        taken = {key for key, chosen in self._chosen.items() if (chosen.source, key[0]) in held}
        for key in taken:
            is_fresh = self._chosen.pop(key).read is not None
            self.fresh -= is_fresh
            self.kept -= not is_fresh
        reports = {reading.source.key: reading.report for reading in self._readings}
        for source in held:
            report, stay = reports[source], self._pages_of(source) - self._chosen.keys()
            report.new = report.changed = report.gone = 0
            report.unchanged = len(stay)
            for key in stay:
                self._keep(key)
        for key in taken & self._published.keys() - self._chosen.keys():
            if former := reports.get(_source_of(key, self._published[key])):  # else its owner has that source removed
                former.unchanged += 1
                former.gone -= key in self._gone
                self._keep(key)
        self._readings = [reading for reading in self._readings if reading.source.key not in held]

    def remove(self, source: Source) -> SourceReport:
        """Return the report of a source that is dropped. Raises SourceError where no published page is from it."""
        gone = len(self._pages_of(source.key))
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
        if self._is_taken(key, reading):
            return
        if key in mine and self._published[key].digest == page.digest:
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
            self._chosen[key] = _Chosen(source, lambda: FreshPage(reading.pages[number], source))

    def _is_taken(self, key: Key, reading: Reading) -> bool:
        if key not in self._chosen:
            return False
        reason = f"the page id {key[1]!r} belongs to another source of this collection"
        reading.report.failed.append((reading.source.location, reason))
        return True

    def _keep(self, key: Key, addresses: tuple[str, ...] | None = None) -> None:
        assert self._catalog is not None, "only what is published is kept"
        published = self._published[key]
        if not self._reuse:
            self.fresh += 1
            self._chosen[key] = _Chosen(published.source, partial(_renewed, self._catalog, key, addresses))
            return
        self.kept += 1
        if addresses is not None and self._catalog.addresses(*key) == tuple(sorted(set(addresses))):
            addresses = None
        self._chosen[key] = _Chosen(published.source, None, published.number, addresses)

    def _in_order(self) -> list[tuple[Key, _Chosen]]:
        return sorted(self._chosen.items(), key=lambda item: (item[0][0], item[1].source, item[0][1]))

    def _pages_of(self, source: SourceKey) -> set[Key]:
        return {key for key, published in self._published.items() if _source_of(key, published) == source}


def _run(placed: tuple[int, tuple[Key, _Chosen]]) -> tuple[object, ...]:
    """Return what a page has in common with those that it is kept together with, by its place among all."""
    place, (key, chosen) = placed
    alone = chosen.read is not None or chosen.addresses is not None
    return (place,) if alone else (key[0], chosen.source, chosen.number - place)


def _renewed(catalog: Catalog, key: Key, addresses: tuple[str, ...] | None) -> FreshPage:
    """Return a published page, with other addresses where some are given."""
    stored = catalog.stored(*key)
    page = stored.page if addresses is None else replace(stored.page, addresses=addresses)
    return FreshPage(page, stored.source)


def _source_of(key: Key, published: PageKey) -> SourceKey:
    return published.source, key[0]


def _document(key: Key) -> str:
    # The entries of a one-page glossary fail together with their document.
    return key[1].partition("#")[0]
