"""What programs read of the glossary as a whole: an Atom feed of changes (RFC 4287), and a sitemap (sitemaps.org)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from content.catalog import Revision
from content.model import Term
from service.glossary.addresses import Addresses

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_CHANGES = 50  # entries of the feed
_MOST_ADDRESSES = 50_000  # of a sitemap, by its protocol
_NEVER = "1970-01-01T00:00:00+00:00"  # Atom wants a time even where nothing was published
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Revised = Sequence[tuple[Term, Revision]]


def feed(title: str, terms: Revised, addresses: Addresses) -> bytes:
    """Return the terms that were published or changed last, newest first, as an Atom feed."""
    newest = sorted(terms, key=lambda one: one[1].changed, reverse=True)[:_CHANGES]
    root = Element("feed", xmlns=_ATOM)
    _say(root, "id", _absolute(addresses, addresses.feed))
    _say(root, "title", title)
    _say(root, "updated", newest[0][1].changed if newest else _NEVER)
    SubElement(SubElement(root, "author"), "name").text = _clean(title)
    SubElement(root, "link", rel="self", href=_absolute(addresses, addresses.feed))
    SubElement(root, "link", rel="alternate", type="text/html", href=_absolute(addresses, addresses.index))
    for term, revision in newest:
        address = _absolute(addresses, addresses.of(term))
        entry = SubElement(root, "entry")
        _say(entry, "id", address)
        _say(entry, "title", term.name)
        SubElement(entry, "link", rel="alternate", type="text/html", href=address)
        _say(entry, "published", revision.published)
        _say(entry, "updated", revision.changed)
        _say(entry, "summary", term.definition)
        SubElement(entry, "category", term="changed" if revision.changed != revision.published else "new")
    return _written(root)


def sitemap(terms: Revised, addresses: Addresses) -> bytes:
    """Return the addresses of the glossary's pages with the times at which they changed."""
    root = Element("urlset", xmlns=_SITEMAP)
    _say(SubElement(root, "url"), "loc", _absolute(addresses, addresses.index))
    for term, revision in terms[: _MOST_ADDRESSES - 1]:
        url = SubElement(root, "url")
        _say(url, "loc", _absolute(addresses, addresses.of(term)))
        _say(url, "lastmod", revision.changed)
    return _written(root)


def _say(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _absolute(addresses: Addresses, path: str | None) -> str:
    address = None if path is None else addresses.absolute(path)
    assert address is not None, "feeds and sitemaps hold whole addresses"
    return address


def _written(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
