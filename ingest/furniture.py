"""Furniture: menus, banners, badges and footers, known by standing again and again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from content.model import Block, BlockKind, Place, is_question
from content.sentences import sentences
from ingest.draft import Draft
from ingest.terms import defines

# A block is furniture where it stands on at least this share of a source's pages, and on this many.
_SHARE = 0.5
_FEWEST_PAGES = 3
# Pages after which what stood on fewer than this share of them is forgotten, so that much is not remembered of many.
_SWEEP = 1000
_RARE = 0.02
# A block of badges: many short lines, most of them standing there several times over.
_BADGE_LINES = 8
_BADGE_LENGTH = 40  # characters, mean
_BADGE_REPEATS = 3
# What stands after the badges of a page is its footer, as long as it is this short; in characters.
_FOOTER_LENGTH = 80
# The section in front of the badges calls to something where it says no more than this; in characters.
_CALL_LENGTH = 120

_REPEATING = {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE}


class Furniture:
    """What repeats across the pages of a source: learned from all of them, then left out of each."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()  # pages, by the digest of a block
        self._pages = 0

    def learn(self, blocks: Iterable[int]) -> None:
        """Take note of a page of the source, by its ``repeating`` blocks."""
        self._pages += 1
        self._counts.update(blocks)
        if self._pages % _SWEEP == 0:
            rare = _RARE * self._pages
            self._counts = Counter({block: count for block, count in self._counts.items() if count >= rare})

    def among(self, blocks: Iterable[int]) -> tuple[int, ...]:
        """Return which of a page's ``repeating`` blocks are furniture, by what was learned so far."""
        enough = max(_FEWEST_PAGES, _SHARE * self._pages)
        return tuple(block for block in blocks if self._counts[block] >= enough)

    def without(self, draft: Draft) -> Draft:
        """Return a page without the furniture learned so far. Its definition stays, and it is not emptied."""
        furniture = set(self.among(repeating(draft)))
        return _without(draft, {text for text in _repeating(draft) if _digest(text) in furniture})


def repeating(draft: Draft) -> tuple[int, ...]:
    """Return the digests of the blocks of a page that may be furniture, each once, in order of their value."""
    return tuple(sorted(set(map(_digest, _repeating(draft)))))


def _repeating(draft: Draft) -> list[str]:
    return [_normal(draft, block) for block in draft.blocks if block.kind in _REPEATING]


def _digest(text: str) -> int:
    # Of 63 bits, so that databases can keep it.
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1


def _normal(draft: Draft, block: Block) -> str:
    return draft.text[block.start : block.end].casefold()


def _without(draft: Draft, furniture: set[str]) -> Draft:
    texts = [_normal(draft, block) for block in draft.blocks]
    dropped = _badges(draft.blocks, texts)
    dropped |= {i for i, block in enumerate(draft.blocks) if block.kind in _REPEATING and texts[i] in furniture}
    if dropped:
        dropped -= _defining(draft)
    dropped |= _bare_headings(draft.blocks, dropped)
    kept = [i not in dropped for i in range(len(texts))]
    speaks = any(keep and block.kind is not BlockKind.HEADING for keep, block in zip(kept, draft.blocks, strict=True))
    return _cut(draft, kept) if dropped and speaks else draft


def _badges(blocks: Sequence[Block], texts: Sequence[str]) -> set[int]:
    """Return the furniture of a page that shows its badges, as a text dump of a site does.

    It is the badges, the short blocks behind them, the short blocks that stand on the page more than once, labels over
    headings, and a call to something in front of the badges.
    """
    first = next((i for i, text in enumerate(texts) if _is_badges(text)), None)
    if first is None:
        return set()
    counts = Counter(texts)
    short = {i for i, text in enumerate(texts) if len(text) < _FOOTER_LENGTH}
    found = {i for i, text in enumerate(texts) if _is_badges(text) or (i in short and (i > first or counts[text] > 1))}
    found |= {i for i in short if blocks[i].kind is BlockKind.PARAGRAPH and _is_label(blocks, texts, i)}
    return found | _call(blocks, texts, first, found)


def _call(blocks: Sequence[Block], texts: Sequence[str], badges: int, found: set[int]) -> set[int]:
    """Return the section in which the badges begin, where furniture stands in it before them, and little else."""
    headings = (i for i in reversed(range(badges)) if blocks[i].kind is BlockKind.HEADING and i not in found)
    heading = next(headings, None)
    if heading is None or is_question(texts[heading]):
        return set()
    body = range(heading + 1, badges)
    said = sum(len(texts[i]) for i in body if i not in found)
    return {heading, *body} if said < _CALL_LENGTH and not found.isdisjoint(body) else set()


def _is_label(blocks: Sequence[Block], texts: Sequence[str], i: int) -> bool:
    is_over_heading = i + 1 < len(blocks) and blocks[i + 1].kind is BlockKind.HEADING
    return is_over_heading and texts[i][-1].isalnum()


def _is_badges(text: str) -> bool:
    lines = text.split("\n")
    if len(lines) < _BADGE_LINES or len(text) > _BADGE_LENGTH * len(lines):
        return False
    counts = Counter(lines)
    return sum(count for count in counts.values() if count >= _BADGE_REPEATS) * 2 > len(lines)


def _bare_headings(blocks: Sequence[Block], dropped: set[int]) -> set[int]:
    """Return the headings under which nothing but furniture stands."""
    bare: set[int] = set()
    heading: int | None = None
    body: list[int] = []
    for i, block in [*enumerate(blocks), (len(blocks), None)]:
        if block is None or block.kind is BlockKind.HEADING:
            if heading is not None and body and dropped.issuperset(body):
                bare.add(heading)
            heading, body = i, []
        else:
            body.append(i)
    return bare


def _defining(draft: Draft) -> set[int]:
    """Return the blocks that define what the page is named for, which pages may well share."""
    span = draft.entry.definition if draft.entry else None
    if span:
        return {i for i, block in enumerate(draft.blocks) if block.start < span[1] and span[0] < block.end}
    first = next((i for i, block in enumerate(draft.blocks) if block.kind is not BlockKind.HEADING), None)
    if first is None or draft.blocks[first].kind is not BlockKind.PARAGRAPH:
        return set()
    block = draft.blocks[first]
    start, end = sentences(draft.text, block.start, block.end)[0]
    return {first} if defines(draft.title or "", draft.text[start:end]) else set()


def _cut(draft: Draft, kept: Sequence[bool]) -> Draft:
    parts: list[str] = []
    blocks: list[Block] = []
    length = before = 0
    moved: dict[int, int] = {}
    for block, keep in zip(draft.blocks, kept, strict=True):
        if keep:
            lead = draft.text[before : block.start]  # what parts it from the block before, and a list mark
            lead = lead if blocks else lead.lstrip("\n")
            parts += [lead, draft.text[block.start : block.end]]
            start = length + len(lead)
            length = start + block.end - block.start
            blocks.append(replace(block, start=start, end=length))
            moved[block.start] = start - block.start
        before = block.end
    entry = draft.entry
    if entry and entry.definition:
        start, end = entry.definition
        by = next((moved.get(block.start) for block in draft.blocks if block.start <= start < block.end), None)
        entry = replace(entry, definition=None if by is None else (start + by, end + by))
    places = _moved_places(draft.places, [block for block, keep in zip(draft.blocks, kept, strict=True) if keep], moved)
    links = tuple(replace(link, start=link.start + moved[link.start]) for link in draft.links if link.start in moved)
    return replace(draft, text="".join(parts), blocks=tuple(blocks), entry=entry, places=places, links=links)


def _moved_places(places: Sequence[Place], blocks: Sequence[Block], moved: dict[int, int]) -> tuple[Place, ...]:
    """Return the places of these blocks, of which each moved by ``moved[block.start]``."""
    result: list[Place] = []
    at = 0
    for block in blocks:
        by = moved[block.start]
        while at < len(places) and places[at].start < block.end:
            result.append(Place(max(places[at].start, block.start) + by, places[at].locator))
            at += 1
        if at:  # the place in which this block ends is also that of the next one, unless another begins there
            at -= 1
    return _distinct(result)


def _distinct(places: Sequence[Place]) -> tuple[Place, ...]:
    # Of several places with one start the last counts; a place that only repeats the one before says nothing.
    last = {place.start: place for place in places}
    result: list[Place] = []
    for place in last.values():
        if not result or result[-1].locator != place.locator:
            result.append(place)
    return tuple(result)
