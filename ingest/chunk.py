"""Chunking: pages are cut into passages that fit the embedding model's window.

A passage follows headings and sentence ends. A definition stays whole, a question stays with the beginning of its
answer, and what a section has too much of is cut into parts of about equal length.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from content.embedding import Embedder, TokenVectors
from content.model import Block, BlockKind, Page, Passage, PassageKind, Section, under_headings
from content.sentences import Span, sentences

# Part of every snapshot's manifest: passages of another version are cut and embedded anew.
CHUNKER_VERSION = "1"

_SPECIAL_TOKENS = 2  # that a model puts around a text
# Passages are at most this long where the model's window allows it, in tokens: about 150 words.
_TARGET = 200
# A section shorter than this, in tokens, joins the one before it.
_SMALL = 40
# The title and headings over a passage take at most this share of the window.
_CONTEXT_SHARE = 0.3
# Models make one token of any long run without spaces; such a run is measured by its length instead.
_CHARACTERS_A_TOKEN = 12
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage, and the text that is embedded for it: title, headings, passage."""

    passage: Passage
    embedded: str

    def own(self, tokens: TokenVectors) -> TokenVectors:
        """Return the tokens of what is embedded with spans that index the passage; those above it are negative."""
        above = len(self.embedded) - len(self.passage.text)
        return replace(tokens, spans=tokens.spans - above)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is kept in one piece: a sentence, a definition, a line of code or of a table, a heading."""

    start: int
    end: int
    tokens: int
    opens_block: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """One section, or a few small ones, under one heading path."""

    path: tuple[str, ...]
    anchor: str | None
    kind: PassageKind
    units: list[_Unit]

    @property
    def tokens(self) -> int:
        return sum(unit.tokens for unit in self.units)


def cut(pages: Sequence[Page], embedder: Embedder) -> list[list[Chunk]]:
    """Return each page's passages in reading order.

    Each visible character of a page's text, headings aside, is in exactly one passage; what is embedded for it fits
    the model's window.
    """
    return _cut(pages, embedder, _TARGET)


def _cut(pages: Sequence[Page], embedder: Embedder, target: int) -> list[list[Chunk]]:
    window = embedder.card.max_tokens - _SPECIAL_TOKENS
    cutters = [_Cutter(page, embedder, window, target) for page in pages]
    counts = iter(embedder.count_tokens([text for cutter in cutters for text in cutter.texts()]))
    chunks = [cutter.chunks([next(counts) for _ in cutter.spans]) for cutter in cutters]
    # The tokens of a text can be a few more than those of its parts, so the whole is what is measured.
    sizes = iter(embedder.count_tokens([chunk.embedded for page in chunks for chunk in page]))
    for i, page_chunks in enumerate(chunks):
        if max((next(sizes) for _ in page_chunks), default=0) > window:
            chunks[i] = _cut([pages[i]], embedder, target * 3 // 4)[0]
    return chunks


class _Cutter:
    """Cuts one page."""

    def __init__(self, page: Page, embedder: Embedder, window: int, target: int) -> None:
        self._page = page
        self._embedder = embedder
        self._window = window
        self._target = target
        self._item_starts = {block.start for block in page.blocks if block.kind is BlockKind.ITEM}
        self._sections = list(page.sections())
        if not any(section.blocks for section in self._sections):  # nothing but headings: they are all it says
            self._sections = [Section((), None, (Block(BlockKind.PARAGRAPH, 0, len(page.text)),))]
        self._plan = [[*_spans(page.text, section)] for section in self._sections]
        self.spans = [span for spans in self._plan for span, _ in spans]

    def texts(self) -> Iterator[str]:
        """Yield the texts whose tokens must be counted."""
        return (self._page.text[start:end] for start, end in self.spans)

    def chunks(self, counts: list[int]) -> list[Chunk]:
        """Return the page's chunks, given how many tokens each of ``texts`` takes."""
        remaining = iter(counts)
        groups: list[_Group] = []
        for section, plan in zip(self._sections, self._plan, strict=True):
            units = [_Unit(start, end, next(remaining), opens) for (start, end), opens in plan]
            if section.blocks:
                self._append(groups, section, units)
        return [chunk for group in groups for chunk in self._pack(group)]

    def _append(self, groups: list[_Group], section: Section, units: list[_Unit]) -> None:
        kind = _kind(section)
        group = _Group(section.path, section.anchor, kind, units)
        before = groups[-1] if groups else None
        if (
            before is None
            or kind is not PassageKind.TEXT
            or before.kind is PassageKind.QUESTION
            or group.tokens >= _SMALL
            or before.tokens + group.tokens > self._target
        ):
            groups.append(group)
            return
        common = tuple(ours for ours, theirs in takewhile(_alike, zip(before.path, group.path, strict=False)))
        head = [] if section.heading is None else [self._heading_unit(section.heading)]
        groups[-1] = _Group(common, before.anchor, before.kind, [*before.units, *head, *units])

    def _heading_unit(self, heading: Block) -> _Unit:
        text = self._page.text[heading.start : heading.end]
        return _Unit(heading.start, heading.end, self._embedder.count_tokens([text])[0], True)

    def _pack(self, group: _Group) -> Iterator[Chunk]:
        context, size = self._context(group.path)
        capacity = max(1, min(self._target, self._window - size))
        units = [small for unit in group.units for small in self._split(unit, capacity)]
        total = sum(unit.tokens for unit in units)
        parts = max(1, math.ceil(total / capacity))
        kind = group.kind
        batch: list[_Unit] = []
        filled = 0
        for unit in units:
            goal = total / parts
            enough = filled + unit.tokens / 2 > goal or (unit.opens_block and filled > 0.75 * goal)
            over = filled + unit.tokens > capacity
            # A question is not left without the beginning of its answer.
            if batch and (over or (enough and parts > 1 and len(batch) > (kind is PassageKind.QUESTION))):
                yield self._chunk(group, kind, batch, context)
                kind = PassageKind.TEXT if kind is PassageKind.DEFINITION else kind
                total, parts = total - filled, max(1, parts - 1)
                batch, filled = [], 0
            batch.append(unit)
            filled += unit.tokens
        if batch:
            yield self._chunk(group, kind, batch, context)

    def _chunk(self, group: _Group, kind: PassageKind, units: list[_Unit], context: str) -> Chunk:
        text = self._page.text
        start, end = units[0].start, units[-1].end
        line = text.rfind("\n", 0, start) + 1
        if start in self._item_starts:  # the mark of a list item belongs to it
            start = line + len(text[line:start]) - len(text[line:start].lstrip())
        passage = Passage(
            passage_id=_passage_id(self._page, start, end),
            collection=self._page.collection,
            page_id=self._page.page_id,
            heading=group.path,
            anchor=group.anchor,
            kind=kind,
            text=text[start:end],
            start=start,
            end=end,
            locator=self._page.locator(start),
        )
        return Chunk(passage, passage.text if not context else under_headings(context, (), passage.text))

    def _context(self, path: tuple[str, ...]) -> tuple[str, int]:
        """Return what stands over a passage when it is embedded, and how many tokens it takes."""
        most = int(self._window * _CONTEXT_SHARE)
        steps = list(dict.fromkeys([self._page.title, *path]))
        contexts = ["\n".join(dict.fromkeys(chosen)) for chosen in (steps, [steps[0], steps[-1]], [steps[-1]])]
        context = contexts.pop(0)
        while (size := self._measure(context)) > most:
            context = contexts.pop(0) if contexts else context[: len(context) // 2]
        return context, size

    def _split(self, unit: _Unit, capacity: int) -> list[_Unit]:
        """Cut a unit that is too long at its words, or inside a word that is too long itself."""
        text = self._page.text[unit.start : unit.end]
        if max(unit.tokens, len(text) // _CHARACTERS_A_TOKEN) <= capacity:
            return [unit]
        pieces: list[Span] = []
        for match in _WORD.finditer(text):
            word = match.group()
            step = capacity * _CHARACTERS_A_TOKEN if self._measure(word) <= capacity else max(1, capacity // 4)
            pieces += [
                (match.start() + at, match.start() + min(at + step, len(word))) for at in range(0, len(word), step)
            ]
        counts = self._embedder.count_tokens([text[start:end] for start, end in pieces])
        small: list[_Unit] = []
        for (start, end), tokens in zip(pieces, counts, strict=True):
            tokens = max(tokens, (end - start) // _CHARACTERS_A_TOKEN)
            if small and small[-1].tokens + tokens <= capacity:
                last = small[-1]
                small[-1] = _Unit(last.start, unit.start + end, last.tokens + tokens, last.opens_block)
            else:
                small.append(_Unit(unit.start + start, unit.start + end, tokens, unit.opens_block and not small))
        return [_trimmed(piece, self._page.text) for piece in small]

    def _measure(self, text: str) -> int:
        return self._embedder.count_tokens([text])[0]


def _alike(steps: tuple[str, str]) -> bool:
    return steps[0] == steps[1]


def _kind(section: Section) -> PassageKind:
    if section.question:
        return PassageKind.QUESTION
    defines = any(block.kind is BlockKind.DEFINITION for block in section.blocks)
    return PassageKind.DEFINITION if defines else PassageKind.TEXT


def _spans(text: str, section: Section) -> Iterator[tuple[Span, bool]]:
    """Yield the units of a section, each with whether it opens a block."""
    if section.question and section.heading:
        yield (section.heading.start, section.heading.end), True
    for block in section.blocks:
        match block.kind:
            case BlockKind.DEFINITION:
                spans = [(block.start, block.end)]
            case BlockKind.CODE | BlockKind.TABLE:
                spans = _line_spans(text, block)
            case _:
                spans = sentences(text, block.start, block.end)
        for i, span in enumerate(spans):
            yield span, i == 0


def _line_spans(text: str, block: Block) -> list[Span]:
    spans = []
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        if line.strip():
            spans.append((at, at + len(line.rstrip())))
        at += len(line) + 1
    return spans


def _trimmed(unit: _Unit, text: str) -> _Unit:
    end = unit.start + len(text[unit.start : unit.end].rstrip())
    return _Unit(unit.start, end, unit.tokens, unit.opens_block)


def _passage_id(page: Page, start: int, end: int) -> str:
    key = "\0".join([page.collection, page.page_id, str(start), str(end), page.text[start:end]])
    return hashlib.sha256(key.encode()).hexdigest()[:20]
