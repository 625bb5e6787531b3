"""What a source is: a place, and how it is gone about."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from content.errors import AddressRefused
from content.guard import DEFAULT_ALLOWED_PORTS
from content.model import DEFAULT_COLLECTION
from ingest.web.address import parse


class Kind(StrEnum):
    """The kinds of places. A feed is a ``.jsonl`` file or, on the web, one of RSS or Atom."""

    FOLDER = "folder"
    FILE = "file"
    FEED = "feed"
    PAGE = "page"
    CRAWL = "crawl"
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How a site is gone about.

    ``depth`` counts links from the start, None for any; ``delay`` are seconds between two requests. ``credentials`` is
    the environment variable that holds them: ``user:password``, or the value of ``credentials_header``.
    """

    depth: int | None = None
    max_pages: int = 10_000
    delay: float = 0.2
    ports: tuple[int, ...] = DEFAULT_ALLOWED_PORTS
    allow_private: bool = False
    credentials: str | None = None
    credentials_header: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place and the collection that its pages belong to; (resolved location, collection) is its key.

    ``kind`` is None where the place itself shows it. Pages that state no address of their own get ``base_url`` followed
    by their id. ``include`` and ``exclude`` are globs of paths, in which ``*`` also matches slashes.
    """

    location: str
    collection: str = DEFAULT_COLLECTION
    base_url: str | None = None
    kind: Kind | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    web: WebOptions = field(default_factory=WebOptions)

    @property
    def on_web(self) -> bool:
        """Whether the place is an address."""
        return self.location.lower().startswith(("http:", "https:"))

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the source, however its location was written."""
        if not self.on_web:
            return str(Path(self.location).expanduser().resolve()), self.collection
        try:
            return str(parse(self.location)), self.collection
        except AddressRefused:  # reading it says why
            return self.location, self.collection

    def chosen(self, path: str) -> bool:
        """Whether the patterns let in a file by its path in the folder."""
        if self.include and not any(fnmatchcase(path, pattern) for pattern in self.include):
            return False
        return not any(fnmatchcase(path, pattern) for pattern in self.exclude)
