"""The frontier: every address that a crawl came across, in the order in which it is the addresses' turn.

The order is that of discovery, breadth first, page by page and link by link. It depends on the site alone and not on
which page came faster, so that two crawls of a site that did not change read the same pages.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_MOST_ADDRESSES = 500_000  # about 100 MB on disk
_SELECT = "SELECT number, url, depth, hops, state, target, reason, lastmod, player FROM address"


class State(StrEnum):
    """What became of an address."""

    WAITING = "waiting"
    PAGE = "page"  # it holds a page
    HIDDEN = "hidden"  # it holds a page that is not to be shown
    MOVED = "moved"  # it leads to another address
    GONE = "gone"  # it was asked for and holds nothing to read
    LEFT = "left"  # it is not asked for
    FAILED = "failed"  # it could not be read


@dataclass(frozen=True, slots=True)
class Turn:
    """An address on the frontier. ``depth`` counts links from the start, ``hops`` redirects that led here.

    ``target`` is where a moved address leads, or the canonical address that a page claims; ``lastmod`` is when a
    sitemap says that it last changed, in epoch seconds; ``player`` is the page that plays what these captions go with.
    """

    number: int
    url: str
    depth: int
    hops: int
    state: State
    target: str | None
    reason: str | None
    lastmod: float | None
    player: str | None


class Frontier:
    """The frontier of one source; ``size`` is how many addresses are on it. It stops growing at half a million."""

    SCHEMA = """
    CREATE TABLE address (
        number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, depth INTEGER NOT NULL, hops INTEGER NOT NULL,
        state TEXT NOT NULL, target TEXT, reason TEXT, lastmod REAL, player TEXT
    );
    CREATE INDEX by_state ON address (state, number);
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.size = self.count(*State)

    def clear(self) -> None:
        """Forget all addresses."""
        self._connection.execute("DELETE FROM address")
        self.size = 0

    def add(
        self, url: str, depth: int = 0, *, hops: int = 0, lastmod: float | None = None, player: str | None = None
    ) -> None:
        """Put an address at the end, unless it is there already."""
        self._insert(url, State.WAITING, depth=depth, hops=hops, lastmod=lastmod, player=player)

    def leave(self, url: str, reason: str) -> None:
        """Note an address, or what was given for one, that is not read."""
        self._insert(url, State.LEFT, reason=reason)

    def next(self, most: int) -> list[Turn]:
        """Return the addresses whose turn it is."""
        return list(self._select("WHERE state = ? ORDER BY number LIMIT ?", State.WAITING, most))

    def settle(self, number: int, state: State, *, target: str | None = None, reason: str | None = None) -> None:
        """Note what became of an address."""
        self._connection.execute(
            "UPDATE address SET state = ?, target = ?, reason = ? WHERE number = ?", (state, target, reason, number)
        )

    def find(self, url: str) -> Turn | None:
        """Return an address by what it is, None where it is not known."""
        return next(self._select("WHERE url = ?", url), None)

    def of(self, *states: State) -> Iterator[Turn]:
        """Yield the addresses of which one of these became, in order."""
        return self._select("WHERE state IN (SELECT value FROM json_each(?)) ORDER BY number", json.dumps(states))

    def count(self, *states: State) -> int:
        """Return of how many addresses one of these became."""
        found = self._connection.execute(
            "SELECT count(*) FROM address WHERE state IN (SELECT value FROM json_each(?))", (json.dumps(states),)
        )
        return int(found.fetchone()[0])

    def _insert(
        self,
        url: str,
        state: State,
        *,
        depth: int = 0,
        hops: int = 0,
        reason: str | None = None,
        lastmod: float | None = None,
        player: str | None = None,
    ) -> None:
        if self.size < _MOST_ADDRESSES:
            self.size += self._connection.execute(
                "INSERT OR IGNORE INTO address (url, depth, hops, state, reason, lastmod, player) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (url, depth, hops, state, reason, lastmod, player),
            ).rowcount

    def _select(self, where: str, *values: object) -> Iterator[Turn]:
        for number, url, depth, hops, state, *rest in self._connection.execute(f"{_SELECT} {where}", values):
            yield Turn(number, url, depth, hops, State(state), *rest)
