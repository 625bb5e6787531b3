"""The store: what was fetched of a source and how far its crawl has come, in one SQLite file a source.

A killed crawl loses at most what was under way: every page is on disk when it has come, and the frontier moves on in
one transaction a round. Copies are for a source alone, so that what was given for its credentials stays with it.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from content.errors import SourceError
from ingest.web.copies import Copies
from ingest.web.frontier import Frontier
from ingest.web.traps import Traps

_SCHEMA_VERSION = 2
_SUFFIX = ".sqlite3"
_RESUMABLE_SECONDS = 24 * 3600
_UNUSED_SECONDS = 90 * 24 * 3600  # after that long without a run a source's copies are given up


class Store:
    """The open store of one source."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.run = self._said("run") or ""
        self.copies = Copies(connection)
        self.frontier = Frontier(connection)
        self.traps = Traps(connection)

    def begin(self, plan: str) -> bool:
        """Begin a run, or go on with the last one where it is unfinished, recent and followed the same plan.

        Returns whether it goes on. ``plan`` is a text that is equal for equal plans.
        """
        unfinished = self._said("finished") == "" and self._said("plan") == plan
        if unfinished and time.time() - float(self._said("begun") or 0) < _RESUMABLE_SECONDS:
            return True
        self.frontier.clear()
        self.traps.clear()
        self.run = secrets.token_hex(8)
        for name, value in (("run", self.run), ("plan", plan), ("begun", str(time.time())), ("finished", "")):
            self._say(name, value)
        return False

    @property
    def way(self) -> str:
        """How the visit finds its pages, as it was noted when its seeds were sown."""
        return self._said("way") or ""

    @way.setter
    def way(self, value: str) -> None:
        self._say("way", value)

    def finish(self, early: str | None) -> None:
        """End the run, ``early`` saying why if not all was read; drop the copies of addresses that it did not meet."""
        with self._connection:
            self.copies.drop_strangers()
            self._say("early", early or "")
            self._say("finished", str(time.time()))

    @property
    def early(self) -> str | None:
        """Why the last run ended before all was read, None where all was."""
        return self._said("early") or None

    @contextmanager
    def step(self) -> Iterator[None]:
        """Do what is done inside as a whole or not at all."""
        with self._connection:
            yield

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _said(self, name: str) -> str | None:
        found = self._connection.execute("SELECT value FROM said WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def _say(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (name, value))


@contextmanager
def opened(folder: Path, source: tuple[str, str]) -> Iterator[Store]:
    """Open the store of a source, a new one where there is none or it is of another version or unreadable.

    Raises SourceError where the folder cannot be written.
    """
    path = _path(folder, source)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        store = Store(_connect(path))
    except (OSError, sqlite3.OperationalError) as error:
        raise SourceError(f"the copies of {source[0]} cannot be kept in {path}: {error}. Check the folder.") from error
    try:
        yield store
    except sqlite3.DatabaseError as error:
        raise SourceError(
            f"the copies of {source[0]} cannot be kept in {path}: {error}. Make room on the disk, or delete that file."
        ) from error
    finally:
        store.close()


def forget(folder: Path, source: tuple[str, str]) -> None:
    """Delete what was fetched of a source."""
    for path in _files(_path(folder, source)):
        path.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        version = -1  # it is no database any more
    if version != _SCHEMA_VERSION:
        connection.close()
        for old in _files(path):
            old.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        path.chmod(0o600)
        connection.executescript(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; CREATE TABLE said (name PRIMARY KEY, value);"
            f"{Copies.SCHEMA}{Frontier.SCHEMA}{Traps.SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION};"
        )
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _path(folder: Path, source: tuple[str, str]) -> Path:
    return folder / (hashlib.sha256("\n".join(source).encode()).hexdigest()[:24] + _SUFFIX)


def _files(path: Path) -> list[Path]:
    return [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]


def _sweep(folder: Path) -> None:
    for path in folder.glob(f"*{_SUFFIX}"):
        if time.time() - path.stat().st_mtime > _UNUSED_SECONDS:
            for file in _files(path):
                file.unlink(missing_ok=True)
