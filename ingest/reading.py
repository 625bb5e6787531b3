"""Reading a source: what lies there becomes pages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from content.errors import NoText, PageError, SourceError, Unfinished
from content.model import Page
from ingest.draft import Draft, clean
from ingest.duplicates import Duplicates
from ingest.engine import Engine, Extracted, LocalEngine
from ingest.extract.format import FILES
from ingest.furniture import Furniture
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

    It is ``readable`` unless all of it failed.
    """

    source: Source
    report: SourceReport
    pages: Spool[Page]
    failed_ids: set[str]
    readable: bool = True


def read_source(
    source: Source,
    progress: Progress = silent,
    room: Path | None = None,
    work: Path | None = None,
    engine: Engine | None = None,
) -> Reading:
    """Return the pages of a source, furniture left out. What cannot be read is in the report.

    What is fetched from the web is kept in the folder ``room`` for the next time. Pages lie on disk while they are
    read, in the folder ``work``, where there is one. ``engine`` reads them, None for in this process.
    """
    started = time.perf_counter()
    report = SourceReport(*source.key)
    found: Spool[tuple[RawPage, Draft]] = Spool(work)
    furniture = Furniture()
    failed: set[str] = set()
    readable = True
    try:
        documents = _documents(source, progress, room, report, failed)
        for item in _drafts((engine or LocalEngine()).extract(documents), report, failed):
            furniture.learn(item[1])
            found.append(item)
    except SourceError as error:
        readable = False
        report.failed.append((source.location, str(error)))
    pages = _pages(source, found, furniture, report, Spool(work))
    report.seconds = time.perf_counter() - started
    return Reading(source, report, pages, failed, readable)


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


def _drafts(extracted: Iterable[Extracted], report: SourceReport, failed: set[str]) -> Iterator[tuple[RawPage, Draft]]:
    """Yield what documents hold."""
    for raw, drafts in extracted:
        if isinstance(drafts, PageError):
            # Links lead to pages without text as a matter of course; a file is where it is to be read.
            expected = isinstance(drafts, Unfinished) or (isinstance(drafts, NoText) and raw.mergeable)
            (report.skipped if expected else report.failed).append((raw.where, str(drafts)))
            if not expected:
                failed.add(raw.page_id)
        else:
            yield from ((replace(raw, data=b""), draft) for draft in drafts)


def _pages(
    source: Source, found: Spool[tuple[RawPage, Draft]], furniture: Furniture, report: SourceReport, pages: Spool[Page]
) -> Spool[Page]:
    """Return the pages of what was found, without furniture and, where they may be merged, without near-duplicates."""
    numbers: dict[str, int] = {}
    duplicates = Duplicates()
    for raw, whole in found:
        draft = furniture.without(whole)
        player = numbers.get(raw.shown_on or "")
        page = _page(source, raw, draft, report, None if player is None else pages[player])
        merged = raw.mergeable and not draft.anchor
        if merged and (original := duplicates.original(page.page_id, f"{page.title}\n{page.text}")):
            report.skipped.append((f"{raw.where} → {original}", "it says nearly the same"))
            first = pages[numbers[original]]
            also = (*first.addresses, page.page_id, *page.addresses)
            pages[numbers[original]] = replace(first, addresses=also)
        elif page.page_id in numbers:
            report.failed.append((raw.where, f"the page id {page.page_id!r} is taken; the first page with it counts"))
        else:
            numbers[page.page_id] = len(pages)
            pages.append(page)
    return pages


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
