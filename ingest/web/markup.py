"""Markup: what a page of HTML says to a crawler, in its head, its links and its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from selectolax.lexbor import LexborHTMLParser

from content.errors import AddressRefused, PageError
from ingest.extract.encoding import decode
from ingest.extract.tracks import tracks_of
from ingest.web.address import Address
from ingest.web.answer import Body
from ingest.web.media import HTML, sniffed, suffix_of
from ingest.web.robots import AGENT

_MOST_LINKS = 20_000  # of a page
_REFRESH = re.compile(r"\s*(\d+)(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE)
_LONGEST_REFRESH = 5  # seconds after which a page that moves on by itself was meant to be read
_UNSEEN = "script, style, noscript, template"
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
# Directives that hold an argument; any other name before a colon is that of a crawler.
_ARGUED = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a page asks of crawlers: not to be shown, and that its links lead nowhere."""

    hidden: bool = False
    no_links: bool = False

    @classmethod
    def of(cls, directives: Iterable[str]) -> Wishes:
        """Return what lists of directives ask, those to other crawlers left out."""
        said = {name for one in directives for name in _for_us(one)}
        return cls("noindex" in said or "none" in said, "nofollow" in said or "none" in said)


@dataclass(frozen=True, slots=True)
class Markup:
    """A page as a crawler reads it.

    ``moved`` is where it sends its visitors at once; ``canonical`` is the address that it claims. ``links`` are in the
    order of the page, each once; ``tracks`` are the captions of what it plays. ``blocks`` are hashes of its pieces of
    text, in which all numbers are alike.
    """

    wishes: Wishes
    moved: Address | None
    canonical: Address | None
    links: tuple[Address, ...]
    tracks: tuple[Address, ...]
    blocks: frozenset[int]


def markup_of(body: Body, address: Address) -> Markup | None:
    """Return what the body of an answer says, None where it is no HTML."""
    if (suffix_of(body.media_type, address) or sniffed(body.data)) != HTML:
        return None
    try:
        return read_markup(decode(body.data, html=True, charset=body.charset), address, body.robots)
    except PageError:  # something else under the name of HTML; whoever reads the page says so
        return None


def read_markup(source: str, address: Address, robots_header: str) -> Markup:
    """Return what the page at an address says; links that are none to a page are passed over.

    ``robots_header`` holds the values of its ``X-Robots-Tag``, one a line.
    """
    tree = LexborHTMLParser(source)
    base = _base(tree, address)
    metas = [
        node.attributes.get("content") or ""
        for node in tree.css("meta[name]")
        if (node.attributes.get("name") or "").strip().lower() in {"robots", AGENT.lower()}
    ]
    wishes = Wishes.of([*metas, *robots_header.splitlines()])
    return Markup(
        wishes=wishes,
        moved=_refresh(tree, base),
        canonical=_canonical(tree, base),
        links=() if wishes.no_links else tuple(_links(tree, base)),
        tracks=tuple(track for src in tracks_of(tree) if (track := _link(base, src))),
        blocks=_tree_blocks(tree),
    )


def _blocks(text: str) -> frozenset[int]:
    lines = (_DIGITS.sub("0", " ".join(line.split())).casefold() for line in text.split("\n"))
    return frozenset(crc32(line.encode(errors="replace")) for line in lines if _LETTER.search(line))


def _for_us(directives: str) -> Iterator[str]:
    ours = True
    for part in directives.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in _ARGUED:
            ours = name.strip() == AGENT.lower()
            part = rest
        if ours:
            yield part.strip()


def _base(tree: LexborHTMLParser, address: Address) -> Address:
    node = tree.css_first("base[href]")
    return _link(address, node.attributes.get("href") if node else None) or address


def _refresh(tree: LexborHTMLParser, base: Address) -> Address | None:
    for node in tree.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            match = _REFRESH.match(node.attributes.get("content") or "")
            if match and int(match[1]) <= _LONGEST_REFRESH:
                return _link(base, match[2])
    return None


def _canonical(tree: LexborHTMLParser, base: Address) -> Address | None:
    for node in tree.css("head link[rel]"):
        if "canonical" in (node.attributes.get("rel") or "").lower().split():
            return _link(base, node.attributes.get("href"))
    return None


def _links(tree: LexborHTMLParser, base: Address) -> Iterator[Address]:
    seen: set[str] = set()
    for node in tree.css("a[href], area[href], link[rel=next][href]"):
        href = (node.attributes.get("href") or "").partition("#")[0]
        if not href or href in seen or "nofollow" in (node.attributes.get("rel") or "").lower().split():
            continue
        seen.add(href)
        if len(seen) > _MOST_LINKS:
            return
        if address := _link(base, href):
            yield address


def _link(base: Address, href: str | None) -> Address | None:
    try:
        return base.link(href) if href else None
    except AddressRefused:  # mail addresses, scripts and the like are no pages
        return None


def _tree_blocks(tree: LexborHTMLParser) -> frozenset[int]:
    body = tree.body
    if body is None:
        return frozenset()
    for node in body.css(_UNSEEN):
        node.decompose()
    return _blocks(body.text(deep=True, separator="\n"))
