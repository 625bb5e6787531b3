"""A page while it is read: its text and blocks, before it has an identity in a collection."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from content.model import Block, BlockKind, Entry

# What no reader sees and no index should hold: control characters, byte order marks, zero-width spaces,
# word joiners, tag characters. Joiners that shape scripts and emoji stay.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\U000e0001\U000e0020-\U000e007f]")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# "Definition: ...", "Quick definition: ...", among so many blocks at the beginning of a page.
_BEGINNING = 4
_LABEL = re.compile(r"(?:\w+ )?definition ?[:：–—]\s*(?=\S)", re.IGNORECASE)
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


class DraftText:
    """Builds a page's text block by block and keeps the offsets.

    Blocks are parted by an empty line, neighbouring list items and the rows of a list by a line break.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        """All that was added."""
        return "".join(self._parts)

    def add(
        self, kind: BlockKind, text: str, *, level: int = 0, anchor: str | None = None, mark: str = ""
    ) -> Block | None:
        """Append a block; white space around it is dropped, an empty one is left out.

        ``mark`` stands before the block, such as the dash of a list item, and is no part of it.
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
