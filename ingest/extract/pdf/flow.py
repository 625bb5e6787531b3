"""The flow of a PDF's text: rows become paragraphs, items of lists, code and tables, across columns and pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from content.model import BlockKind
from ingest.extract.pdf.lines import Row
from ingest.extract.pdf.table import Table
from ingest.extract.plain import ITEM_MARK

_LOOSE = 1.25  # times the usual pitch of lines: paragraphs are parted by more
_INDENT = 0.8  # of the size: by how much the first line of a paragraph is set in
_SHORT = 0.5  # of the width of a column: a line that ends before it is the last of a paragraph
_SAME_SIZE = 0.06  # relative
_BOLDER = 150
_USUAL_PITCH = 1.3
_ENDS = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
# Signs that stand before an item, some of them in the private use area of fonts that hold nothing else.
BULLET = re.compile(r"[•◦▪■●‣⁃∙○□➢➤✓✔\uf0b7\uf0a7\uf0d8]\s*")


@dataclass(slots=True)
class Part:
    """Rows that belong together, or a table; ``pages`` has the number of the page for each row."""

    kind: BlockKind
    rows: list[Row] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    cells: tuple[tuple[str, ...], ...] = ()
    level: int = 0

    @property
    def size(self) -> float:
        """The size of its type."""
        return self.rows[0].lead.size

    @property
    def weight(self) -> int:
        """The weight of its lightest row."""
        return min(row.weight for row in self.rows)

    @property
    def text(self) -> str:
        """What it says, rows parted by a space."""
        return " ".join(row.text for row in self.rows)

    def lines(self) -> list[str]:
        """Return all its lines, those of cells too."""
        return [row.text for row in self.rows] + [
            line for row in self.cells for cell in row for line in cell.split("\n")
        ]


@dataclass(frozen=True, slots=True)
class Body:
    """How the running text of a document is set. ``pitch`` is from line to line, in sizes of the type."""

    size: float
    weight: int
    pitch: float


def body_of(rows: Sequence[Row]) -> Body:
    """Return how most of the text is set."""
    letters: Counter[tuple[float, int]] = Counter()
    for row in rows:
        for piece in row.pieces:
            for word in piece.words:
                letters[round(word.type.size * 2) / 2, word.type.weight] += len(word.text)
    (size, weight), _ = letters.most_common(1)[0]
    pitches = [
        (before.bottom - row.bottom) / size
        for before, row in pairwise(rows)
        if abs(before.lead.size - size) < 1
        and abs(row.lead.size - size) < 1
        and 0.8 * size < before.bottom - row.bottom < 2 * size
    ]
    return Body(size, weight, median(pitches) if pitches else _USUAL_PITCH)


def parts_of(column: Iterable[Row | Table], page: int, body: Body) -> Iterator[Part]:
    """Yield the parts of a column from the top down."""
    rows: list[Row] = []
    for one in column:
        if isinstance(one, Table):
            yield from _paragraphs(rows, page, body)
            yield Part(BlockKind.TABLE, [one.first], [page], one.cells)
            rows = []
        else:
            rows.append(one)
    yield from _paragraphs(rows, page, body)


def joined(parts: Iterable[Part], body: Body) -> list[Part]:
    """Return parts in which what a column or page breaks goes on as one, and the lines of code are together."""
    result: list[Part] = []
    for part in parts:
        before = result[-1] if result else None
        if before is not None and _goes_on(before, part, body):
            before.rows += part.rows
            before.pages += part.pages
        else:
            result.append(part)
    return result


def is_bold(part: Part, body: Body) -> bool:
    """Whether all of a part is bolder than the running text."""
    return part.weight >= body.weight + _BOLDER


def _paragraphs(rows: Sequence[Row], page: int, body: Body) -> Iterator[Part]:
    if not rows:
        return
    left, right = min(row.left for row in rows), max(row.right for row in rows)
    part: Part | None = None
    for row in rows:
        if part is not None and not _begins(part, row, left, right, body):
            part.rows.append(row)
            part.pages.append(page)
            continue
        if part is not None:
            yield part
        part = Part(_kind(row), [row], [page])
    if part is not None:
        yield part


def _kind(row: Row) -> BlockKind:
    if _has_mark(row):
        return BlockKind.ITEM
    return BlockKind.CODE if all(piece.mono for piece in row.pieces) else BlockKind.PARAGRAPH


def _has_mark(row: Row) -> bool:
    return bool(ITEM_MARK.match(row.text) or BULLET.match(row.text))


def _begins(part: Part, row: Row, left: float, right: float, body: Body) -> bool:
    """Whether a row begins another part than that which the rows above it are."""
    before = part.rows[-1]
    size = before.lead.size
    pitch = before.bottom - row.bottom
    if part.kind is BlockKind.CODE or all(piece.mono for piece in row.pieces):
        return part.kind is not _kind(row) or pitch > 2 * body.pitch * size
    if pitch > _LOOSE * max(body.pitch, 1.0) * size or pitch < 0 or _differs(before, row, body):
        return True
    first = row.pieces[0].words[0]
    full = before.right + (first.right - first.left) + size / 2 >= right  # else the line was ended on purpose
    ends = _ENDS.search(before.text) is not None
    if _has_mark(row):  # or a line of running text that happens to begin so
        return not (full and not ends and part.kind is BlockKind.PARAGRAPH and abs(row.left - before.left) < 1)
    ended = not full and (ends or before.right < left + _SHORT * (right - left))
    indent = _INDENT * size
    if part.kind is BlockKind.ITEM:
        hangs = len(part.rows) > 1 and part.rows[1].left > row.left + indent
        return row.left < part.rows[0].left + indent and (ended or hangs)
    if len(part.rows) == 1:
        return ended or (ends and row.left > before.left + indent)
    return ended or row.left > min(one.left for one in part.rows) + indent


def _differs(before: Row, row: Row, body: Body) -> bool:
    """Whether a row is set in other type than the one above."""
    size = before.lead.size
    return abs(row.lead.size - size) > _SAME_SIZE * size or _is_bold(row, body) is not _is_bold(before, body)


def _is_bold(row: Row, body: Body) -> bool:
    return row.weight >= body.weight + _BOLDER


def _goes_on(before: Part, part: Part, body: Body) -> bool:
    """Whether a part is the rest of the one before, in another column or on another page."""
    if before.kind is BlockKind.CODE and part.kind is BlockKind.CODE:
        return True
    if before.kind not in {BlockKind.PARAGRAPH, BlockKind.ITEM} or part.kind is not BlockKind.PARAGRAPH:
        return False
    if abs(before.size - part.size) > _SAME_SIZE * before.size or is_bold(before, body) is not is_bold(part, body):
        return False
    below = before.pages[-1] == part.pages[0] and part.rows[0].bottom < before.rows[-1].bottom
    text = before.text
    return not below and not _ENDS.search(text) and (part.text[0].islower() or text.endswith(("-", ",")))
