"""Web pages: one, those that links lead to, those that a sitemap lists or a feed names."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from content.errors import AddressRefused, ConfigurationError, SourceError
from content.guard import Guard
from content.network import Network
from ingest.sources.folder import format_of
from ingest.sources.raw import RawPage, Skipped
from ingest.sources.source import Kind, Source
from ingest.web.address import Address, parse
from ingest.web.crawl import Watch, visit
from ingest.web.fetcher import fetching
from ingest.web.frontier import State
from ingest.web.harvest import Left, Sheaf, harvest
from ingest.web.manners import Manners
from ingest.web.media import sniffed, suffix_of
from ingest.web.plan import Plan, Way
from ingest.web.store import Store, opened

_WAYS = {Kind.PAGE: Way.PAGE, Kind.CRAWL: Way.CRAWL, Kind.SITEMAP: Way.SITEMAP, Kind.FEED: Way.FEED, None: None}


def read_web(
    source: Source,
    room: Path | None = None,
    watch: Watch = lambda tally: None,
    *,
    manners: Manners | None = None,
    network: Network | None = None,
) -> Iterator[RawPage | Skipped]:
    """Yield a site's pages, under their canonical addresses.

    All are fetched before the first is yielded, into copies on disk; they and the state of an unfinished visit stay in
    the folder ``room``, or nowhere. Raises SourceError where nothing can be had.
    """
    start = _start(source)
    guard = Guard(start, source.web.allow_private, source.web.ports)
    manners = manners or Manners(delay=source.web.delay)
    credentials = _credentials(source)
    plan = Plan(start, _way(source), source.include, source.exclude, source.web.depth, source.web.max_pages)

    async def fetch(store: Store) -> None:
        async with fetching(guard, manners, credentials, network or Network()) as fetcher:
            await visit(plan, fetcher, store, _is_read, watch)

    with _somewhere(room) as folder, opened(folder, source.key) as store:
        asyncio.run(fetch(store))
        if not store.frontier.count(State.PAGE):
            raise SourceError(_nothing(source, store))
        for one in harvest(store):
            yield _raw(one, store.way != Way.PAGE) if isinstance(one, Sheaf) else _skipped(one)


def _start(source: Source) -> Address:
    try:
        return parse(source.location)
    except AddressRefused as error:
        raise SourceError(f"source {source.location}: {error}") from error


def _way(source: Source) -> Way | None:
    if source.kind not in _WAYS:
        raise SourceError(f"source {source.location}: an address is no {source.kind}; its kind is one of {_KINDS}")
    way = _WAYS[source.kind]
    return Way.SITEMAP if way is None and source.location.endswith((".xml.gz", "/sitemap.xml")) else way


_KINDS = ", ".join(kind for kind in _WAYS if kind)


def _credentials(source: Source) -> dict[str, str]:
    """Return the header that gives the credentials, from the environment alone."""
    variable = source.web.credentials
    if variable is None:
        return {}
    secret = os.environ.get(variable, "")
    if not secret:
        raise ConfigurationError(
            f"source {source.location}: its credentials are to be in the environment variable {variable}, which is "
            "not set. Set it, or take `credentials` out of the source."
        )
    if not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(f"source {source.location}: {variable} holds characters that no header may carry.")
    if source.web.credentials_header:
        return {source.web.credentials_header: secret}
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode("ascii")}


@contextmanager
def _somewhere(room: Path | None) -> Iterator[Path]:
    if room is not None:
        yield room
        return
    with TemporaryDirectory(prefix="glossator-") as folder:
        yield Path(folder)


def _nothing(source: Source, store: Store) -> str:
    """Return why a visit found no page at all: what became of the address that it began with."""
    for turn in store.frontier.of(State.FAILED, State.HIDDEN, State.GONE, State.LEFT):
        where = "" if turn.url == source.key[0] else f" {turn.url}:"
        return f"source {source.location}:{where} {turn.reason}"
    return f"source {source.location}: no page of it is to be read; check `include` and `exclude`"


def _is_read(media_type: str, address: Address) -> bool:
    return not media_type or format_of(suffix_of(media_type, address)) is not None


def _raw(page: Sheaf, mergeable: bool) -> RawPage | Skipped:
    suffix = suffix_of(page.body.media_type, parse(page.url)) or sniffed(page.body.data)
    form = format_of(suffix)
    if form is None:
        return Skipped(page.url, f"files of the format {suffix} are not read", failed=False)
    return RawPage(
        page_id=page.url,
        form=form,
        data=page.body.data,
        where=page.url,
        url=page.url,
        charset=page.body.charset,
        aliases=page.aliases,
        mergeable=mergeable,
        shown_on=page.shown_on,
    )


def _skipped(one: Left) -> Skipped:
    return Skipped(one.where, one.reason, one.failed, one.urls)
