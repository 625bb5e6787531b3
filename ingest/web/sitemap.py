"""Sitemaps (sitemaps.org): the pages of a site as its owner lists them, with the times at which they last changed.

Parsed as they stream, without document type definitions, so that entities cannot name files or multiply.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from content.errors import NotFetched

# A day without a time lies somewhere in the world until this long after its midnight in UTC.
_DAY = timedelta(days=1, hours=12)
_OPENING = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")
_LONGEST_LOCATION = 2048  # characters, by the protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a sitemap, or with ``index`` another sitemap; ``lastmod`` is at the latest when it changed last."""

    location: str
    index: bool
    lastmod: float | None


def is_sitemap(data: bytes) -> bool:
    """Whether a document is a sitemap or an index of sitemaps."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _OPENING.search(data[:4096]) is not None


def read_sitemap(data: bytes) -> Iterator[Entry]:
    """Yield a sitemap's entries. Raises NotFetched where it ends in markup that is broken or forbidden."""
    try:
        location, lastmod = "", None
        for _, element in iterparse(io.BytesIO(data), forbid_dtd=True):
            match _name(element.tag):
                case "loc" if not location:
                    location = (element.text or "").strip()[: _LONGEST_LOCATION + 1]
                case "lastmod":
                    lastmod = _time((element.text or "").strip())
                case "url" | "sitemap" as name:
                    if location:
                        yield Entry(location, name == "sitemap", lastmod)
                    location, lastmod = "", None
                    element.clear()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # LookupError: no such encoding
        raise NotFetched(f"its XML is broken or forbidden: {error}") from error


def read_lines(data: bytes) -> Iterator[Entry]:
    """Yield the entries of a sitemap that is a text with one address a line."""
    for line in data.decode("utf-8-sig", errors="replace").splitlines():
        if line.strip().startswith(("http://", "https://")):
            yield Entry(line.strip(), False, None)


def _name(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _time(text: str) -> float | None:
    try:
        said = datetime.fromisoformat(text)
        said = said if said.tzinfo else said.replace(tzinfo=UTC)
        return (said + _DAY if len(text) == len("2026-01-31") else said).timestamp()
    except (ValueError, OverflowError):
        return None
