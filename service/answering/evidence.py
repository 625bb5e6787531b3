"""Evidence: what can be quoted from the passages that were found, sentence by sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from content.model import Block, BlockKind, Hit, Page
from content.sentences import sentences
from content.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of a page: ``text`` is the page's text from ``start`` to ``end``.

    ``locator`` is the place at which it begins in what the page was read from, such as a page of a PDF. ``support`` is
    how well it supports what is said by it, 0..1: 1 where the quote itself is what is said.
    """

    hit: Hit
    start: int
    end: int
    text: str
    kind: BlockKind
    locator: str | None = None
    support: float = 1.0


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that is quoted: a sentence, a list item's sentence, a block of code, a table.

    ``block`` is the number of its block on the page.
    """

    quote: Quote
    block: int

    @property
    def text(self) -> str:
        """What it says."""
        return self.quote.text


class Evidence:
    """The units of a few passages, in the order of the passages and of their text."""

    def __init__(self, snapshot: Snapshot, hits: Sequence[Hit]) -> None:
        self.snapshot = snapshot
        self._pages: dict[tuple[str, str], Page] = {}
        self.hits = hits
        self.units = [unit for hit in hits for unit in self.of(hit)]

    def page(self, hit: Hit) -> Page:
        """Return the page that a passage is of."""
        key = (hit.passage.collection, hit.passage.page_id)
        if key not in self._pages:
            self._pages[key] = self.snapshot.catalog.page(*key)
        return self._pages[key]

    def of(self, hit: Hit) -> Iterator[Unit]:
        """Yield the units of a passage, headings left out."""
        page = self.page(hit)
        first = bisect_right(page.blocks, hit.passage.start, key=lambda block: block.end)  # a book has thousands
        for number, block in enumerate(page.blocks[first:], first):
            if block.start >= hit.passage.end:
                break
            start, end = max(block.start, hit.passage.start), min(block.end, hit.passage.end)
            if start >= end or block.kind is BlockKind.HEADING:
                continue
            for span in _spans(page, block, start, end):
                yield Unit(self.quote(hit, *span, block.kind), number)

    def quote(self, hit: Hit, start: int, end: int, kind: BlockKind) -> Quote:
        """Return a piece of a passage's page as a quote."""
        page = self.page(hit)
        return Quote(hit, start, end, page.text[start:end], kind, page.locator(start))

    def before(self, unit: Unit) -> Unit | None:
        """Return the unit before this one in the same block of the same passage."""
        near = [other for other in self.of(unit.quote.hit) if other.block == unit.block]
        earlier = [other for other in near if other.quote.end <= unit.quote.start]
        return earlier[-1] if earlier else None

    def list_around(self, unit: Unit) -> Quote | None:
        """Return the list that a unit introduces or is part of, introduction included, as far as its passage goes."""
        page = self.page(unit.quote.hit)
        first = unit.block if page.blocks[unit.block].kind is BlockKind.ITEM else unit.block + 1
        if first >= len(page.blocks) or page.blocks[first].kind is not BlockKind.ITEM:
            return None
        last = first
        while first > 0 and page.blocks[first - 1].kind is BlockKind.ITEM:
            first -= 1
        while last + 1 < len(page.blocks) and page.blocks[last + 1].kind is BlockKind.ITEM:
            last += 1
        start = page.text.rfind("\n", 0, page.blocks[first].start) + 1
        intro = page.blocks[first - 1] if first > 0 else None
        if intro and intro.kind is BlockKind.PARAGRAPH and page.text[intro.start : intro.end].endswith(":"):
            start = sentences(page.text, intro.start, intro.end)[-1][0]
        passage = unit.quote.hit.passage
        end = min(page.blocks[last].end, passage.end)
        return self.quote(unit.quote.hit, max(start, passage.start), end, BlockKind.ITEM)


def joined(quotes: Iterable[Quote], evidence: Evidence) -> list[Quote]:
    """Return quotes in reading order, those of one passage that follow each other as one."""
    order = {hit.row: place for place, hit in enumerate(evidence.hits)}
    result: list[Quote] = []
    for quote in sorted(set(quotes), key=lambda quote: (order.get(quote.hit.row, len(order)), quote.start)):
        last = result[-1] if result else None
        if last and last.hit.row == quote.hit.row and quote.start <= last.end:
            result[-1] = evidence.quote(last.hit, last.start, max(last.end, quote.end), last.kind)
        elif last and _adjacent(last, quote, evidence):
            result[-1] = evidence.quote(last.hit, last.start, quote.end, last.kind)
        else:
            result.append(quote)
    return result


def _adjacent(left: Quote, right: Quote, evidence: Evidence) -> bool:
    if left.hit.row != right.hit.row or left.kind is not right.kind:
        return False
    between = evidence.page(left.hit).text[left.end : right.start]
    return between.strip() == "" and "\n\n" not in between


def _spans(page: Page, block: Block, start: int, end: int) -> list[tuple[int, int]]:
    if block.kind in {BlockKind.CODE, BlockKind.TABLE, BlockKind.DEFINITION}:
        return [(start, end)]
    return sentences(page.text, start, end)
