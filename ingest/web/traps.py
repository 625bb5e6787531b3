"""Traps: addresses without end that say nothing new, such as calendars, session ids and links that grow.

Two rules. An address whose path repeats itself is a loop. And addresses that differ in a number, an id or a parameter
form a family: one whose pages turn out to hold nothing that was not read elsewhere is left alone from then on.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator

from ingest.web.address import Address

_MOST_SEGMENTS = 20
_MOST_REPEATS = 2  # times that a segment may stand in a path
_TRIED = 20  # pages of a family that are read before it is judged
_BARREN = 0.8  # the share of them that says nothing new in a trap

_NUMBER = re.compile(r"\d+")
_DATE = re.compile(r"(?=.*\d)[\d.,:T_-]+")  # a number or a date
_TOKEN = re.compile(r"(?=.*\d)[A-Za-z0-9_~()=-]{16,}")  # an id of a session, for one


class Traps:
    """What a crawl has learned about the families of a site's addresses."""

    SCHEMA = """
    CREATE TABLE family (name TEXT PRIMARY KEY, pages INTEGER NOT NULL, barren INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE seen (block INTEGER PRIMARY KEY);
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def clear(self) -> None:
        """Forget everything."""
        self._connection.execute("DELETE FROM family")
        self._connection.execute("DELETE FROM seen")

    def refusal(self, address: Address) -> str | None:
        """Return why an address is left alone, None where it is worth a look."""
        if repeats(address):
            return "its path repeats itself, as the links of a loop do"
        for family in families(address):
            pages, barren = self._known(family)
            if pages >= _TRIED and barren >= _BARREN * pages:
                return f"{barren} of {pages} pages like {family} held nothing that other pages do not"
        return None

    def note(self, address: Address, blocks: Collection[int]) -> None:
        """Learn from a page: ``blocks`` are hashes of what stands on it."""
        barren = not self._remember(blocks)
        for family in families(address):
            self._connection.execute(
                "INSERT INTO family VALUES (?, 1, ?) "
                "ON CONFLICT DO UPDATE SET pages = pages + 1, barren = barren + excluded.barren",
                (family, barren),
            )

    def _known(self, family: str) -> tuple[int, int]:
        found = self._connection.execute("SELECT pages, barren FROM family WHERE name = ?", (family,)).fetchone()
        return (found[0], found[1]) if found else (0, 0)

    def _remember(self, blocks: Collection[int]) -> int:
        before = self._connection.total_changes
        self._connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((block,) for block in blocks))
        return self._connection.total_changes - before


def repeats(address: Address) -> bool:
    """Whether a path goes round in circles, or deeper than sites do."""
    segments = [segment for segment in address.path.split("/") if segment]
    if len(segments) > _MOST_SEGMENTS:
        return True
    return any(count > _MOST_REPEATS for segment, count in Counter(segments).items() if not _NUMBER.fullmatch(segment))


def families(address: Address) -> Iterator[str]:
    """Yield the families that an address belongs to; one without numbers, ids and parameters belongs to none.

    One is that of all paths that differ in numbers alone, one that of all that begin alike up to an id, and every
    parameter makes one of all the addresses that carry it.
    """
    segments = address.path.split("/")[1:]
    if any(map(_DATE.fullmatch, segments)):
        yield f"{address.origin}/{'/'.join('…' if _DATE.fullmatch(segment) else segment for segment in segments)}"
    for i, segment in enumerate(segments):
        if _TOKEN.fullmatch(segment) and not _DATE.fullmatch(segment):
            yield f"{address.origin}/{'/'.join(segments[:i])}/…"
            break
    for parameter in address.query.split("&") if address.query else ():
        yield f"{address.origin}/…?{parameter.partition('=')[0]}="
