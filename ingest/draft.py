"""A page while it is read: its text and blocks, before it has an identity in a collection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from content.model import Block, BlockKind, Entry, Link, Place

# What no reader sees and no index should hold, since it may tell a language model what no reader is told, or show other
# words than there are: control characters, byte order marks, zero-width spaces, invisible operators, fillers, controls
# of the direction of writing, tags, the further variation selectors. Joiners that shape scripts and emoji stay.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    r"\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# "Definition: ...", "Quick definition: ...", among so many blocks at the beginning of a page.
_BEGINNING = 4
_LABEL = re.compile(r"(?:\w+ )?definition ?[:：–—]\s*(?=\S)", re.IGNORECASE)
# The address of a page: not of a mail or a script. One with a query or parameters is left out, for into these servers
# put what changes every time, and a page would seem to have changed.
_PAGE = re.compile(r"(?!(?!https?:)[a-z][a-z0-9+.-]*:)[^?;\x00-\x20\ud800-\udfff]{2,2000}", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an extractor makes of bytes. ``anchor`` is set where one document holds many entries."""

    title: str | None
    text: str
    blocks: tuple[Block, ...]
    url: str | None = None
    anchor: str | None = None
    entry: Entry | None = None
    places: tuple[Place, ...] = ()
    links: tuple[Link, ...] = ()
    anchors: tuple[str, ...] | None = None


class DraftText:
    """Builds a page's text block by block and keeps the offsets.

    Blocks are parted by an empty line, neighbouring list items and the rows of a list by a line break.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._places: list[Place] = []
        self._links: list[Link] = []
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the text stands in what it was read from."""
        return tuple(place for place in self._places if place.start < self._length)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links in what was added."""
        return tuple(self._links)

    def draft(self, title: str | None) -> Draft:
        """Return all that was added as a draft."""
        return Draft(title, self.text, tuple(self.blocks), places=self.places)

    def place(self, locator: str, start: int | None = None) -> None:
        """Say where the text from ``start`` on, or else what is added next, stands in the document."""
        start = self._length if start is None else start
        if self._places and self._places[-1].start == start:
            self._places.pop()
        if not self._places or self._places[-1].locator != locator:
            self._places.append(Place(start, locator))

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        anchor: str | None = None,
        mark: str = "",
        links: Iterable[str] = (),
    ) -> Block | None:
        """Append a block; white space around it is dropped, an empty one is left out.

        ``mark`` stands before the block, such as the dash of a list item, and is no part of it. Of the addresses that
        it links to those are kept that may be pages.
        """
        text = text.strip("\n") if kind is BlockKind.CODE else text.strip()
        if not text.strip():
            return None
        if self.blocks:
            near = kind is BlockKind.ITEM and self.blocks[-1].kind is BlockKind.ITEM
            self._append("\n" if near else "\n\n")
        self._append(mark)
        start = self._length
        self._append(text)
        block = Block(kind, start, self._length, level, anchor)
        self.blocks.append(block)
        self._links += [Link(start, target) for target in sorted(set(map(str.strip, links))) if _PAGE.fullmatch(target)]
        return block

    def _append(self, part: str) -> None:
        self._parts.append(part)
        self._length += len(part)


def clean(text: str) -> str:
    """Return the text with ``\\n`` as its only line break and without characters that nobody sees."""
    text = _BREAKS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    return _SURROGATE.sub("\ufffd", text)


def with_definition(draft: Draft) -> Draft:
    """Return the draft with the definition that it begins with, where it calls it one and no other is known."""
    for i, block in enumerate(draft.blocks[:_BEGINNING]):
        label = _LABEL.match(draft.text, block.start, block.end)
        if label and block.kind is BlockKind.PARAGRAPH and draft.entry is None:
            blocks = (*draft.blocks[:i], replace(block, kind=BlockKind.DEFINITION), *draft.blocks[i + 1 :])
            return replace(draft, blocks=blocks, entry=Entry(definition=(label.end(), block.end)))
    return draft
