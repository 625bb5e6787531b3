"""Prose: the text of a page as the parts that a template shows.

Nothing of a page's text is ever taken for markup: it is cut into pieces of plain text, which the template escapes, and
only vetted addresses and the names of other terms become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from content.glossary import Glossary
from content.model import Block, BlockKind, Page, Section, Term
from content.words import fold
from service.answering.link import vetted
from service.glossary.addresses import Addresses

_ADDRESS = re.compile(r"\b(?:https?://|mailto:)[^\s<>\"“”«»]+", re.IGNORECASE)
_NUMBERED = re.compile(r"(\d{1,9})[.)]\s*$")
_CELL = " | "
_ACRONYM = 5  # letters; such a name in capitals is met in capitals alone


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of plain text, a link where it has an address; ``term`` where that leads to another term."""

    text: str
    address: str | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    pieces: tuple[Piece, ...]
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list with the list below it."""

    pieces: tuple[Piece, ...]
    below: Listing | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, numbered from ``first`` on unless that is None."""

    items: tuple[Item, ...]
    first: int | None
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Code:
    """Text whose spaces and line ends count."""

    text: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``heads`` is empty where its first row is like the others."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "table"


Part = Paragraph | Listing | Code | Table


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading with what stands under it. ``level`` is 2..6, ``heading`` is empty for what stands before the first."""

    level: int
    heading: str
    parts: tuple[Part, ...]


class Prose:
    """Reads the page of a term. The first mention of every other term of its collection becomes a link."""

    def __init__(self, term: Term, page: Page, glossary: Glossary, addresses: Addresses) -> None:
        self._term = term
        self._page = page
        self._glossary = glossary
        self._addresses = addresses
        self._linked = {term.slug}
        self.definition = self.pieces(term.definition)

    def chapters(self) -> list[Chapter]:
        """Return what the page says besides the definition, in its own order; headings above nothing are left out."""
        all_of_them = [self._chapter(section) for section in self._page.sections()]
        kept: list[Chapter] = []
        for chapter in reversed(all_of_them):
            if chapter.parts or (chapter.heading and kept and kept[-1].level > chapter.level):
                kept.append(chapter)
        return kept[::-1]

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """Return a text with its links."""
        found: list[Piece] = []
        at = 0
        for match in _ADDRESS.finditer(text):
            written = _trimmed(match.group())
            address = vetted(written)
            if address is not None:
                found += self._named(text[at : match.start()])
                found.append(Piece(written, address))
                at = match.start() + len(written)
        return (*found, *self._named(text[at:]))

    def _named(self, text: str) -> Iterator[Piece]:
        """Yield a text without addresses, parted where it first names another term."""
        spans = [(span, term) for term in self._fresh(text) if (span := _span(text, term))]
        at = 0
        for (start, end), term in sorted(spans, key=lambda found: (found[0][0], -found[0][1])):
            if start < at:  # within a longer name
                continue
            if start > at:
                yield Piece(text[at:start])
            self._linked.add(term.slug)
            yield Piece(text[start:end], self._addresses.of(term), term)
            at = end
        if at < len(text):
            yield Piece(text[at:])

    def _fresh(self, text: str) -> list[Term]:
        mentions = self._glossary.mentions(text, [self._term.collection])
        return [mention.term for mention in mentions if mention.term.slug not in self._linked]

    def _chapter(self, section: Section) -> Chapter:
        path = section.path
        if path and fold(path[0]) == fold(self._page.title):  # it stands above all
            path = path[1:]
        level = min(max(2, 1 + len(path)), 6)
        return Chapter(level, path[-1] if path else "", tuple(self._parts(section.blocks)))

    def _parts(self, blocks: Iterable[Block]) -> Iterator[Part]:
        for kind, group in groupby(blocks, key=lambda block: block.kind):
            if kind is BlockKind.ITEM:
                yield self._listing(list(group))
                continue
            for block in group:
                text = self._said(block)
                if not text:
                    continue
                if kind is BlockKind.CODE:
                    yield Code(text)
                elif kind is BlockKind.TABLE:
                    yield _table(text)
                else:
                    yield Paragraph(self.pieces(text))

    def _said(self, block: Block) -> str:
        """Return a block's text without the definition that it begins with, which stands above all."""
        term = self._term
        start = term.end if block.start == term.start and term.end <= block.end else block.start
        return self._page.text[start : block.end].strip("\n") if start < block.end else ""

    def _listing(self, blocks: Sequence[Block]) -> Listing:
        outermost = min(block.level for block in blocks)
        items: list[Item] = []
        at = 0
        while at < len(blocks):
            end = at + 1
            while end < len(blocks) and blocks[end].level > outermost:
                end += 1
            head = blocks[at]
            pieces = self.pieces(self._said(head)) if head.level == outermost else ()
            inner = blocks[at + 1 : end] if head.level == outermost else blocks[at:end]
            items.append(Item(pieces, self._listing(inner) if inner else None))
            at = end
        return Listing(tuple(items), self._number(blocks[0]))

    def _number(self, block: Block) -> int | None:
        line = self._page.text.rfind("\n", 0, block.start) + 1
        numbered = _NUMBERED.search(self._page.text[line : block.start])
        return int(numbered.group(1)) if numbered else None


def _span(text: str, term: Term) -> tuple[int, int] | None:
    """Return where a text names a term, in one number or the other."""
    for name in sorted(term.names, key=len, reverse=True):
        as_written = name.isupper() and len(name) <= _ACRONYM
        searched, wanted = (text, name) if as_written else (text.lower(), name.lower())
        if not wanted or len(searched) != len(text):  # lower case may be longer, as of "İ"
            continue
        at = searched.find(wanted)
        while at >= 0:
            for ending in ("es", "s", ""):
                end = at + len(wanted) + len(ending)
                if searched.startswith(ending, at + len(wanted)) and _stands_alone(text, at, end):
                    return at, end
            at = searched.find(wanted, at + 1)
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum()


def _trimmed(address: str) -> str:
    """Return an address without what belongs to the sentence around it."""
    while address and (address[-1] in ".,;:!?'’*_" or (address[-1] == ")" and address.count("(") < address.count(")"))):
        address = address[:-1]
    return address


def _table(text: str) -> Table:
    rows = [tuple(cell.strip() for cell in line.split(_CELL)) for line in text.split("\n") if line.strip()]
    caption = ""
    if len(rows) > 1 and len(rows[0]) == 1 < len(rows[1]):
        caption, rows = rows[0][0], rows[1:]
    width = max(map(len, rows), default=0)
    rows = [row + ("",) * (width - len(row)) for row in rows]
    labelled = all(": " in cell for cell in rows[0] if cell) if rows else True  # "Country: Austria | Capital: Vienna"
    return Table(caption, (), tuple(rows)) if labelled else Table(caption, rows[0], tuple(rows[1:]))
