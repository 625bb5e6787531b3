"""Copies: what the addresses of a source held when they were last asked."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from dataclasses import dataclass

from ingest.web.answer import Body, Validators


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a copy without reading it: the run that had or confirmed it last, and when, in epoch seconds."""

    validators: Validators
    run: str
    checked: float


class Copies:
    """The copies of one source, bodies compressed; ``size`` is how many bytes came to lie on disk."""

    SCHEMA = """
    CREATE TABLE copy (
        url TEXT PRIMARY KEY, body BLOB NOT NULL, digest BLOB NOT NULL, media_type TEXT NOT NULL, charset TEXT,
        robots TEXT NOT NULL, etag TEXT, last_modified TEXT, run TEXT NOT NULL, checked REAL NOT NULL
    );
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.size = int(connection.execute("SELECT coalesce(sum(length(body)), 0) FROM copy").fetchone()[0])

    def known(self, url: str) -> Known | None:
        """Return what is known of an address's copy, None where there is none."""
        found = self._connection.execute(
            "SELECT etag, last_modified, run, checked FROM copy WHERE url = ?", (url,)
        ).fetchone()
        return Known(Validators(found[0], found[1]), found[2], found[3]) if found else None

    def put(self, url: str, body: Body, run: str) -> bool:
        """Keep what an address holds now, on disk when this returns; return whether it held something else before."""
        digest = hashlib.sha256(body.data).digest()
        packed = zlib.compress(body.data)
        self.size += len(packed)
        found = self._connection.execute("SELECT digest FROM copy WHERE url = ?", (url,)).fetchone()
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO copy VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    url, packed, digest, body.media_type, body.charset, body.robots,
                    body.validators.etag, body.validators.last_modified, run, time.time(),
                ),
            )  # fmt: skip
        return found is None or found[0] != digest

    def confirm(self, url: str, run: str) -> None:
        """Note that a copy still holds."""
        with self._connection:
            self._connection.execute("UPDATE copy SET run = ?, checked = ? WHERE url = ?", (run, time.time(), url))

    def drop(self, url: str) -> None:
        """Forget the copy of an address that holds nothing any more."""
        with self._connection:
            self._connection.execute("DELETE FROM copy WHERE url = ?", (url,))

    def get(self, url: str) -> Body | None:
        """Return the copy of an address, None where there is none."""
        found = self._connection.execute(
            "SELECT body, media_type, charset, robots, etag, last_modified FROM copy WHERE url = ?", (url,)
        ).fetchone()
        if found is None:
            return None
        return Body(zlib.decompress(found[0]), found[1], found[2], found[3], Validators(found[4], found[5]))

    def digest(self, url: str) -> bytes:
        """Return the SHA-256 of what the copy of an address holds. There must be one."""
        return bytes(self._connection.execute("SELECT digest FROM copy WHERE url = ?", (url,)).fetchone()[0])

    def drop_strangers(self) -> None:
        """Forget the copies of addresses that are not on the frontier."""
        self._connection.execute("DELETE FROM copy WHERE url NOT IN (SELECT url FROM address)")
