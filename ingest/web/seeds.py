"""Seeds: the addresses that a visit to a site begins with, from its start, its sitemaps or its feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from content.errors import AddressRefused, NotFetched, SourceError
from ingest.web.address import Address
from ingest.web.answer import Body
from ingest.web.body import Caps, gunzip
from ingest.web.fetcher import Fetcher
from ingest.web.plan import Plan, Way
from ingest.web.sitemap import Entry, is_sitemap, read_lines, read_sitemap
from ingest.web.store import Store
from ingest.web.syndication import is_feed, read_feed

_MOST_SITEMAPS = 500


async def sow(plan: Plan, fetcher: Fetcher, store: Store, before: Sequence[str]) -> Way:
    """Put the seeds of a visit on the frontier and return how it goes on from there.

    ``before`` are the pages that an earlier visit found. Raises SourceError where the start cannot be read.
    """
    way = plan.way
    if way is None and str(plan.start) in before:
        way = Way.PAGE
    if way in {Way.PAGE, Way.CRAWL}:
        store.frontier.add(str(plan.start))
        return way
    try:
        if way is Way.SITEMAP:
            starts = await _sitemaps_of_site(plan.start, fetcher) if plan.start.path == "/" else [plan.start]
            return await _sow_sitemaps(plan, fetcher, store, starts)
        address, body = await fetcher.follow(plan.start)
        data = _plain(body)
        if way is None and is_sitemap(data):
            return await _sow_sitemaps(plan, fetcher, store, [plan.start], {plan.start: data})
        if way is Way.FEED or is_feed(data):
            _sow_feed(plan, store, data, address, before)
            return Way.FEED
    except NotFetched as error:
        raise SourceError(f"source {plan.start}: {error}") from error
    store.frontier.add(str(plan.start))
    return Way.PAGE


async def _sitemaps_of_site(start: Address, fetcher: Fetcher) -> list[Address]:
    named = list((await fetcher.robots(start)).sitemaps(start))
    return named or [start.at("/sitemap.xml")]


async def _sow_sitemaps(
    plan: Plan, fetcher: Fetcher, store: Store, starts: Sequence[Address], had: Mapping[Address, bytes] = {}
) -> Way:
    """Read sitemaps and those that they name, each once; ``had`` are those that need not be asked for."""
    waiting, known = list(starts), set(starts)
    while waiting:
        sitemap = waiting.pop(0)
        try:
            data = had[sitemap] if sitemap in had else _plain((await fetcher.follow(sitemap))[1])
            for entry in _entries(data, sitemap):
                inner = _sow_entry(plan, store, sitemap, entry)
                if inner and inner not in known and len(known) < _MOST_SITEMAPS:
                    known.add(inner)
                    waiting.append(inner)
        except NotFetched as error:
            if sitemap in starts or (error.failed and not isinstance(error, AddressRefused)):
                # What an unread sitemap lists must not be taken for gone.
                raise SourceError(f"source {plan.start}: its sitemap {sitemap}: {error}") from error
            store.frontier.leave(str(sitemap), f"it is a sitemap that is not read: {error}")
    return Way.SITEMAP


def _entries(data: bytes, sitemap: Address) -> Iterator[Entry]:
    return read_lines(data) if sitemap.suffix == ".txt" else read_sitemap(data)


def _sow_entry(plan: Plan, store: Store, sitemap: Address, entry: Entry) -> Address | None:
    """Put a page on the frontier; return the address of a sitemap."""
    try:
        address = sitemap.link(entry.location)
    except AddressRefused as error:
        store.frontier.leave(entry.location[:500], str(error))
        return None
    if entry.index:
        return address
    if not plan.scope.of_family(address):
        store.frontier.leave(str(address), "the sitemap lists it, but it is on another site")
    elif plan.scope.chosen(address):
        store.frontier.add(str(address), lastmod=entry.lastmod)
    return None


def _sow_feed(plan: Plan, store: Store, data: bytes, address: Address, before: Sequence[str]) -> None:
    """Put the pages of a feed on the frontier, and those that it named before: it names only its newest."""
    news = read_feed(data, str(address))
    scope = plan.scope.with_site(address)
    with suppress(AddressRefused):  # then its own site is all that is known
        scope = scope.with_site(address.link(news.site)) if news.site else scope
    for url in (*news.entries, *before):
        try:
            page = address.link(url)
        except AddressRefused as error:
            store.frontier.leave(url[:500], str(error))
            continue
        if not scope.of_family(page):
            store.frontier.leave(str(page), "the feed names it, but it is on another site")
        elif scope.chosen(page):
            store.frontier.add(str(page))


def _plain(body: Body) -> bytes:
    return gunzip(body.data, Caps()) if body.data.startswith(b"\x1f\x8b") else body.data
