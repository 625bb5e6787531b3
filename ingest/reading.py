"""Reading a source: what lies there becomes pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from content.errors import PageError, SourceError
from content.model import Page
from ingest.draft import Draft, clean
from ingest.extract import Parser, extract
from ingest.extract.format import FILES
from ingest.furniture import without_furniture
from ingest.report import SourceReport
from ingest.sources import RawPage, Skipped, Source, read

# Told of what is being done: a stage, how much of it is done, and how much there is (0: not known).
Progress = Callable[[str, int, int], None]

_LONGEST_TITLE = 300  # characters


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source held: its pages, and the ids of those that failed. ``readable`` unless all of it failed."""

    source: Source
    report: SourceReport
    pages: list[Page]
    failed_ids: set[str]
    readable: bool = True


def read_source(source: Source, progress: Progress = lambda stage, done, total: None) -> Reading:
    """Return the pages of a source, furniture left out. What cannot be read is in the report."""
    started = time.perf_counter()
    report = SourceReport(*source.key)
    found: list[tuple[RawPage, Draft]] = []
    failed: set[str] = set()
    readable = True
    try:
        with Parser() as parser:
            for number, raw in enumerate(read(source)):
                progress(f"read {source.location}", number, 0)
                if isinstance(raw, Skipped):
                    (report.failed if raw.failed else report.skipped).append((raw.where, raw.reason))
                    continue
                try:
                    found += [(raw, draft) for draft in extract(raw.data, raw.form, parser)]
                except PageError as error:
                    failed.add(raw.page_id)
                    report.failed.append((raw.where, str(error)))
    except SourceError as error:
        readable = False
        report.failed.append((source.location, str(error)))
    drafts = without_furniture([draft for _, draft in found])
    pages: dict[str, Page] = {}
    for (raw, _), draft in zip(found, drafts, strict=True):
        page = _page(source, raw, draft, report, pages.get(raw.shown_on or ""))
        if page.page_id in pages:
            report.failed.append((raw.where, f"the page id {page.page_id!r} is taken; the first page with it counts"))
        else:
            pages[page.page_id] = page
    report.seconds = time.perf_counter() - started
    return Reading(source, report, list(pages.values()), failed, readable)


def _page(source: Source, raw: RawPage, draft: Draft, report: SourceReport, player: Page | None) -> Page:
    """Return a draft as a page; ``player`` is the page that plays the recording of which it has the captions."""
    url = raw.url or draft.url or (player.url if player else None)
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
        draft.links,
    )  # fmt: skip


def _address(raw: RawPage) -> str:
    """Return where a page is under the address of its source."""
    if raw.form not in FILES:
        return raw.page_id
    suffix = Path(raw.where).suffix
    return quote(raw.page_id.removesuffix(suffix) + suffix)
