"""Reading a source: what lies there becomes pages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from content.catalog import Catalog, Origin
from content.errors import NoText, PageError, SourceError, Unfinished
from content.model import Page
from ingest.documents import Documents, Read, Remembered
from ingest.draft import Draft, clean
from ingest.duplicates import Duplicates
from ingest.engine import Engine, LocalEngine
from ingest.extract.format import FILES
from ingest.furniture import Furniture, repeating
from ingest.memory import Memory
from ingest.report import SourceReport
from ingest.sources import RawPage, Skipped, Source, read
from ingest.spool import Spool
from ingest.web.tally import Tally

_LONGEST_TITLE = 300  # characters


class Progress(Protocol):
    """Told of what is being done: a stage, how much of it is done and how much there is (0: not known), and details."""

    def __call__(self, stage: str, done: int, total: int, detail: str = "") -> None:
        """Take note."""


def silent(stage: str, done: int, total: int, detail: str = "") -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source held: its pages, which lie on disk, and the ids of those that failed.

    ``origins`` are of those pages that are made of nothing but their document, by page id. ``unchanged`` are further
    pages, which were not read since they are as they were published, with the addresses that lead to them now. It is
    ``readable`` unless all of it failed.
    """

    source: Source
    report: SourceReport
    pages: Spool[Page]
    origins: Spool[tuple[str, Origin]]
    unchanged: dict[str, tuple[str, ...]]
    failed_ids: set[str]
    readable: bool = True


def read_source(
    source: Source,
    progress: Progress = silent,
    room: Path | None = None,
    work: Path | None = None,
    engine: Engine | None = None,
    published: Catalog | None = None,
) -> Reading:
    """Return the pages of a source, furniture left out. What cannot be read is in the report.

    What is fetched from the web is kept in the folder ``room`` for the next time. Pages lie on disk while they are
    read, in the folder ``work``, where there is one. ``engine`` reads them, None for in this process. Documents
    of which ``published`` pages were made are not read again, where they are as they were.
    """
    started = time.perf_counter()
    engine = engine or LocalEngine()
    report = SourceReport(*source.key)
    memory = Memory(published, source) if published else None
    documents = Documents(source, memory, work)
    failed: set[str] = set()
    readable = True
    try:
        unknown = documents.unknown(_documents(source, progress, room, report, failed))
        for raw, extracted in engine.extract(unknown):
            documents.put(raw, _drafts(raw, extracted, report, failed))
    except SourceError as error:
        readable = False
        report.failed.append((source.location, str(error)))
    for raw, extracted in engine.extract(documents.unsettled()):
        documents.put(raw, _drafts(raw, extracted, report, failed), again=True)
    pages = _Pages(source, report, memory, work)
    for document in documents:
        pages.add(document, documents.furniture)
    report.seconds = time.perf_counter() - started
    return Reading(source, report, pages.read, pages.origins, pages.unchanged, failed, readable)


def _documents(
    source: Source, progress: Progress, room: Path | None, report: SourceReport, failed: set[str]
) -> Iterator[RawPage]:
    """Yield a source's documents."""

    def watch(tally: Tally) -> None:
        report.web = replace(tally)
        progress(f"fetch {source.location}", tally.done, tally.found, str(tally))

    number = 0
    for number, raw in enumerate(read(source, room, watch), 1):
        progress(f"read {source.location}", number, 0)
        if isinstance(raw, Skipped):
            (report.failed if raw.failed else report.skipped).append((raw.where, raw.reason))
            failed.update(raw.page_ids)
        else:
            yield raw
    progress(f"read {source.location}", number, number)


def _drafts(
    raw: RawPage, extracted: Sequence[Draft] | PageError, report: SourceReport, failed: set[str]
) -> Sequence[Draft]:
    """Return what a document holds; nothing where it failed, which is reported."""
    if not isinstance(extracted, PageError):
        return extracted
    # Links lead to pages without text as a matter of course; a file is where it is to be read.
    expected = isinstance(extracted, Unfinished) or (isinstance(extracted, NoText) and raw.mergeable)
    (report.skipped if expected else report.failed).append((raw.where, str(extracted)))
    if not expected:
        failed.add(raw.page_id)
    return ()


class _Pages:
    """The pages of what was found, without furniture and, where they may be merged, without near-duplicates."""

    def __init__(self, source: Source, report: SourceReport, memory: Memory | None, work: Path | None) -> None:
        self._source = source
        self._report = report
        self._memory = memory
        self._numbers: dict[str, int] = {}
        self._duplicates = Duplicates()
        self.read: Spool[Page] = Spool(work)
        self.origins: Spool[tuple[str, Origin]] = Spool(work)
        self.unchanged: dict[str, tuple[str, ...]] = {}

    def add(self, document: Remembered | Read, furniture: Furniture) -> None:
        """Take the next document."""
        if isinstance(document, Read):
            for whole in document.drafts:
                self._add(document, whole, furniture)
        elif not self._is_taken(document.page_id, document.where):
            self.unchanged[document.page_id] = document.aliases

    def _add(self, document: Read, whole: Draft, furniture: Furniture) -> None:
        raw, reported = document.raw, len(self._report.skipped)
        page = _page(self._source, raw, furniture.without(whole), self._report, self._known(raw.shown_on))
        merged = raw.mergeable and not whole.anchor
        if merged and (original := self._duplicates.original(page.page_id, f"{page.title}\n{page.text}")):
            self._report.skipped.append((f"{raw.where} → {original}", "it says nearly the same"))
            self._lead(original, page)
        elif not self._is_taken(page.page_id, raw.where):
            self._numbers[page.page_id] = len(self.read)
            self.read.append(page)
            alone = len(document.drafts) == 1 and not whole.anchor and len(self._report.skipped) == reported
            if alone and document.digest:
                blocks = repeating(whole)
                origin = Origin(document.digest, blocks, furniture.among(blocks))
                self.origins.append((page.page_id, origin))

    def _is_taken(self, page_id: str, where: str) -> bool:
        taken = page_id in self._numbers or page_id in self.unchanged
        if taken:
            self._report.failed.append((where, f"the page id {page_id!r} is taken; the first page with it counts"))
        return taken

    def _known(self, page_id: str | None) -> Page | None:
        """Return the page of an id that is known by now."""
        if page_id in self._numbers:
            return self.read[self._numbers[page_id]]
        if page_id in self.unchanged and self._memory is not None:
            return self._memory.page(page_id)
        return None

    def _lead(self, original: str, page: Page) -> None:
        """Have the addresses of a page lead to the one that says the same."""
        first = self.read[self._numbers[original]]
        addresses = (*first.addresses, page.page_id, *page.addresses)
        self.read[self._numbers[original]] = replace(first, addresses=addresses)


def _page(source: Source, raw: RawPage, draft: Draft, report: SourceReport, player: Page | None) -> Page:
    """Return a draft as a page; ``player`` is the page that plays the recording of which it has the captions."""
    url = (player.url if player else None) or raw.url or draft.url
    if url and not url.startswith(("http://", "https://")):
        report.skipped.append((raw.where, f"its address {url[:80]!r} is not http or https and is left out"))
        url = None
    if url is None and source.base_url:
        url = source.base_url + _address(raw)
    page_id = raw.page_id
    if draft.anchor:
        page_id = f"{url or raw.page_id}#{draft.anchor}"
        url = page_id if url else None
    said = (draft.title if draft.anchor else None) or raw.title or draft.title or (player.title if player else "")
    title = " ".join(clean(said).split()) or raw.page_id.rsplit("/")[-1]
    return Page(
        source.collection, page_id, title[:_LONGEST_TITLE], url, draft.text, draft.blocks, draft.entry, draft.places,
        addresses=() if draft.anchor else raw.aliases, links=draft.links, anchors=draft.anchors,
    )  # fmt: skip


def _address(raw: RawPage) -> str:
    """Return where a page is under the address of its source."""
    if raw.form not in FILES:
        return raw.page_id
    suffix = Path(raw.where).suffix
    return quote(raw.page_id.removesuffix(suffix) + suffix)
