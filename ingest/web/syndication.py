"""Syndication: the pages that an RSS or Atom feed names."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import feedparser

from content.errors import NotFetched

_LARGEST = 5_000_000  # bytes; beyond that it is no list of news, and the parser would take minutes
_OPENING = re.compile(rb"<(?:\w+:)?(?:rss|RDF|feed)[\s>]")


@dataclass(frozen=True, slots=True)
class News:
    """The addresses of a feed's entries in its order, and of the site that it is about where it says so."""

    site: str | None
    entries: tuple[str, ...]


def is_feed(data: bytes) -> bool:
    """Whether a document is an RSS or Atom feed."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _OPENING.search(data[:2048]) is not None


def read_feed(data: bytes, url: str) -> News:
    """Return what a feed names; ``url`` is its own address. Raises NotFetched for what is no feed, or a hostile one."""
    if len(data) > _LARGEST:
        raise NotFetched(f"a feed of {len(data):,} bytes is not read; the limit is {_LARGEST:,}")
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise NotFetched("a feed that declares entities is not read")
    # A stream and never a text, because feedparser takes a text for an address or a file name and opens it.
    try:
        parsed = feedparser.parse(
            io.BytesIO(data),
            response_headers={"content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, LookupError) as error:  # encodings and characters that there are none of
        raise NotFetched(f"its feed is broken: {error}") from error
    if not parsed.version:
        raise NotFetched("it is no RSS or Atom feed")
    entries = tuple(str(entry["link"]) for entry in parsed.entries if entry.get("link"))
    return News(parsed.feed.get("link"), entries)
