"""The values that everything else passes around. All of them are immutable."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

DEFAULT_COLLECTION = "default"


class BlockKind(StrEnum):
    """What a stretch of a page's text is, so that it can be cut and quoted as that."""

    HEADING = "heading"
    DEFINITION = "definition"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"


class PassageKind(StrEnum):
    """What a passage is good for: a definition and a question with its answer are kept whole."""

    DEFINITION = "definition"
    QUESTION = "question"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a page's text: ``page.text[start:end]``, in code points, end exclusive.

    ``level`` is 1..6 for a heading and the nesting depth, from 0, for a list item. ``anchor`` is the
    fragment that leads to a heading on its page, where the page really has one.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it, up to the next heading of any level.

    ``path`` are the headings from the outermost to this one, empty for what stands before the first;
    ``heading`` is the block of the last of them.
    """

    path: tuple[str, ...]
    heading: Block | None
    blocks: tuple[Block, ...]

    @property
    def question(self) -> str | None:
        """The question that this section's heading asks, or None."""
        return self.path[-1] if self.path and is_question(self.path[-1]) else None

    @property
    def anchor(self) -> str | None:
        """The fragment of this section's heading."""
        return self.heading.anchor if self.heading else None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a page says about itself as a glossary entry.

    ``definition`` is the span of the page's text that defines the term, None where it was not declared;
    ``related`` are names or slugs, not yet resolved.
    """

    aliases: tuple[str, ...] = ()
    definition: tuple[int, int] | None = None
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the text of a page from ``start`` on, up to the next place, stands in what it was read from.

    ``locator`` is written as the fragment of an address: ``page=3`` for a page of a PDF or a slide (RFC 8118), ``t=83``
    for a second of a recording (W3C Media Fragments).
    """

    start: int
    locator: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the block of a page's text that begins at ``start``; ``target`` is its address as it is written."""

    start: int
    target: str


@dataclass(frozen=True, slots=True)
class Page:
    """One document as its owner knows it. (collection, page_id) is its key.

    ``places`` are in the order of the text; a page without pages or times of its own has none. ``addresses`` are others
    that lead to it: redirects, and those of its duplicates. ``links`` are those of Markdown and HTML that may lead to
    another page, in the order of the text. ``anchors`` are all names of places that a fragment can lead to, None where
    they are not known: those of whole pages of HTML are.
    """

    collection: str
    page_id: str
    title: str
    url: str | None
    text: str
    blocks: tuple[Block, ...]
    entry: Entry | None = None
    places: tuple[Place, ...] = ()
    addresses: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    anchors: tuple[str, ...] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of all that the page says; equal digests need no new vectors."""
        said = asdict(self)
        for beside in ("addresses", "anchors"):  # how a page is reached changes nothing of what it says
            del said[beside]
        for later in ("places", "links"):  # a page without is as it was before pages had them
            if not said[later]:
                del said[later]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True, sort_keys=True).encode()).hexdigest()

    def locator(self, offset: int) -> str | None:
        """Return where the text at an offset stands in what the page was read from, None where that has no places."""
        before = bisect_right(self.places, offset, key=lambda place: place.start)
        return self.places[before - 1].locator if before else None

    def sections(self) -> Iterator[Section]:
        """Yield the page's sections in reading order; one without blocks is yielded too."""
        path: list[tuple[int, str]] = []
        heading: Block | None = None
        body: list[Block] = []
        for block in self.blocks:
            if block.kind is not BlockKind.HEADING:
                body.append(block)
                continue
            if heading or body:
                yield Section(tuple(text for _, text in path), heading, tuple(body))
            path = [step for step in path if step[0] < block.level]
            path.append((block.level, self.text[block.start : block.end]))
            heading, body = block, []
        if heading or body:
            yield Section(tuple(text for _, text in path), heading, tuple(body))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page small enough to embed and to quote: ``page.text[start:end] == text``.

    ``anchor`` is the fragment of its heading, ``locator`` the place at which it begins.
    """

    passage_id: str
    collection: str
    page_id: str
    heading: tuple[str, ...]
    anchor: str | None
    kind: PassageKind
    text: str
    start: int
    end: int
    locator: str | None = None

    @property
    def question(self) -> str | None:
        """The question of the page that this passage answers, or None."""
        return self.heading[-1] if self.kind is PassageKind.QUESTION else None

    def in_context(self, title: str) -> str:
        """Return the text under its page's title and its headings, as it is embedded and indexed."""
        return under_headings(title, self.heading, self.text)


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry; ``slug`` is unique in its collection, ``related`` are slugs of the same collection.

    ``definition`` is ``page.text[start:end]`` of the page that defines it.
    """

    slug: str
    name: str
    aliases: tuple[str, ...]
    definition: str
    start: int
    end: int
    related: tuple[str, ...]
    collection: str
    page_id: str
    url: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it goes by: its name, then its aliases."""
        return self.name, *self.aliases


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: ``text[start:end]``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with its page's title and address.

    ``row`` is the passage's place in the snapshot's vectors, ``score`` 0..1, higher is better and
    comparable between questions.
    """

    row: int
    passage: Passage
    title: str
    url: str | None
    score: float


def under_headings(title: str, heading: tuple[str, ...], text: str) -> str:
    """Return a text under the title and headings that it does not begin with itself."""
    path = dict.fromkeys([title, *heading])
    return "\n".join([*(step for step in path if not text.startswith(step)), text])


def is_question(text: str) -> bool:
    """Whether a heading or line asks something, in any script's question mark."""
    return text.rstrip().endswith(("?", "？", "؟")) and len(text) > 3
