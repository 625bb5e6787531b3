"""The harvest of a visit: its pages, each once and under one address, and what of it is not a page.

An address gives way to the canonical one that its page claims, and to an earlier one that holds the very same bytes. A
claim is believed unless the two pages have little in common: a site that names its front page as the canonical address
of every page does not lose the others by that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ingest.web.address import parse
from ingest.web.answer import Body
from ingest.web.frontier import State
from ingest.web.markup import markup_of
from ingest.web.store import Store

_REMEMBERED = 64  # pages
_ALIKE = 0.5  # the share of a page's pieces of text that must stand on the page that it says it is


@dataclass(frozen=True, slots=True)
class Sheaf:
    """A page: its address, all other addresses that lead to it, and what it holds.

    ``shown_on`` is the address of the page that plays the recording of which it holds the captions.
    """

    url: str
    aliases: tuple[str, ...]
    body: Body
    shown_on: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An address of which no page was made, and why.

    ``failed`` where there should have been one; ``urls`` are those that it may go by.
    """

    where: str
    reason: str
    failed: bool = False
    urls: tuple[str, ...] = ()


def harvest(store: Store) -> Iterator[Sheaf | Left]:
    """Yield the pages of a finished visit in the order of their discovery, then what else there is to say of it."""
    sorting = _Sorting(store)
    for fetched, url in sorting.kept.items():
        body = store.copies.get(fetched)
        assert body is not None, "pages have copies"
        yield Sheaf(url, tuple(sorting.aliases.get(fetched, ())), body, sorting.player(fetched))
    yield from sorting.left
    for turn in store.frontier.of(State.FAILED):
        yield Left(turn.url, turn.reason or "", failed=True, urls=(turn.url, *([turn.target] if turn.target else [])))
    for turn in store.frontier.of(State.HIDDEN, State.GONE, State.LEFT):
        yield Left(turn.url, turn.reason or "")
    waiting = store.frontier.count(State.WAITING)
    if waiting:
        yield Left(f"{waiting:,} further addresses", store.early or "the visit ended before their turn")


class _Sorting:
    """Which fetched addresses are pages of their own, under which address, and which are aliases of which."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._blocks = lru_cache(_REMEMBERED)(self._read_blocks)  # many pages may claim to be one
        self._pages = {turn.url: turn.target for turn in store.frontier.of(State.PAGE)}
        self._players = {turn.url: turn.player for turn in store.frontier.of(State.PAGE) if turn.player}
        self._moved = {turn.url: turn.target for turn in store.frontier.of(State.MOVED) if turn.target}
        self.kept: dict[str, str] = {}  # by the address that was fetched, the one that the page goes by
        self._same: dict[str, str] = {}  # by an address that gave way, the one that it gave way to
        self._sort()
        self.aliases: dict[str, list[str]] = {}
        self.left = [
            Left(f"{url} → {self.kept[self._owner(url)]}", "it is another address of the same page")
            for url in self._same
        ]
        for url in (*self._same, *self._moved, *(url for url, page in self.kept.items() if url != page)):
            if (owner := self._owner(self._end(url))) in self.kept:
                self.aliases.setdefault(owner, []).append(url)

    def player(self, url: str) -> str | None:
        """Return the address of the page that plays a recording, by the address of its captions."""
        player = self._players.get(url)
        return self.kept.get(self._owner(player)) if player else None

    def _sort(self) -> None:
        owners: dict[str, str] = {}  # by the address that a page goes by, the one that was fetched
        digests: dict[bytes, str] = {}
        for url in self._pages:
            claimed = self._claim(url)
            owner = claimed if claimed in self._pages else owners.get(claimed, url)
            if owner != url and self._alike(url, owner):
                self._same[url] = owner
                continue
            same = digests.setdefault(self._store.copies.digest(url), url)
            if same != url:
                self._same[url] = same
                continue
            self.kept[url] = claimed if owner == url else url
            owners[self.kept[url]] = url

    def _owner(self, url: str) -> str:
        while url in self._same:
            url = self._same[url]
        return url

    def _claim(self, url: str) -> str:
        """Return the address that a page claims in the end; where claims go in a circle, its own."""
        met = {url}
        at = url
        while (target := self._pages.get(at)) and (target := self._end(target)) != at:
            if target in met:
                return url
            met.add(target)
            at = target
        return at

    def _end(self, url: str) -> str:
        """Return where the redirects from an address end."""
        met = {url}
        while (target := self._moved.get(url)) and target not in met:
            met.add(target)
            url = target
        return url

    def _alike(self, url: str, other: str) -> bool:
        mine, theirs = self._blocks(url), self._blocks(other)
        return len(mine & theirs) >= _ALIKE * len(mine)

    def _read_blocks(self, url: str) -> frozenset[int]:
        body = self._store.copies.get(url)
        page = markup_of(body, parse(url)) if body else None
        return page.blocks if page else frozenset()
