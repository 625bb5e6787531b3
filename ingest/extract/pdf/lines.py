"""Lines of a PDF page: words that stand side by side, and the columns in which they are read."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from ingest.extract.pdf.words import Word

_GAP = 1.5  # of the size of the type: white space that parts the cells of a row, or columns
_WIDE_GAP = 3.0
_ALIKE = 0.5  # of the lower height that two words share in a line
# Columns of text have so many lines, are so wide, and most of their lines are near the one above, in sizes of the type;
# half of the lines fill this share of the width.
_FEWEST_LINES = 4
_NARROWEST = 10.0
_LINE_PITCH = 1.8
_NEAR = 0.6
_FILLED_WIDTH = 0.5
_MOST_SPANNING = 0.35  # of the lines that may cross the white space between two columns, such as titles
_DEEPEST = 6
_RIGHT_TO_LEFT = {"R", "AL"}
# Some programs leave out the space behind a closing quotation mark.
_QUOTED = re.compile(r"”(?=\w)|(?<!\w)‘[^‘’]{1,80}’(?=(?!(?:s|t|d|m|re|ve|ll)\b)\w)")
_LEADERS = re.compile(r"(?:\s?[.·…]){5,}\s*\S{0,6}\s*$")


@dataclass(frozen=True)
class Piece:
    """Words of one line without wide white space between them: a line of a column, or a cell of a row."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words as they are read."""
        text = "".join(word.text if word.glued or not at else f" {word.text}" for at, word in enumerate(self.words))
        return _QUOTED.sub(r"\g<0> ", text)

    @cached_property
    def left(self) -> float:
        """The left edge."""
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> float:
        """The right edge."""
        return max(word.right for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """The lower edge."""
        return min(word.bottom for word in self.words)

    @cached_property
    def top(self) -> float:
        """The upper edge."""
        return max(word.top for word in self.words)

    @cached_property
    def size(self) -> float:
        """The size of most of its type."""
        sizes = sorted((word.type.size, len(word.text)) for word in self.words)
        half = sum(length for _, length in sizes) / 2
        for size, length in sizes:
            half -= length
            if half <= 0:
                return size
        return sizes[-1][0]

    @cached_property
    def weight(self) -> int:
        """The weight of its lightest word with letters: what is bold as a whole is more than emphasised."""
        weights = [word.type.weight for word in self.words if any(map(str.isalnum, word.text))]
        return min(weights or [word.type.weight for word in self.words])

    @cached_property
    def mono(self) -> bool:
        """Whether all of it is set in type of one width, as code is."""
        return all(word.type.mono for word in self.words)


@dataclass(frozen=True)
class Row:
    """Pieces that stand on one line of a column, in the order of reading."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What it says; a bar stands for wide white space."""
        text = self.pieces[0].text
        for before, piece in pairwise(self.pieces):
            wide = max(piece.left - before.right, before.left - piece.right) > _WIDE_GAP * piece.size
            text += f"{' | ' if wide else ' '}{piece.text}"
        return text

    @property
    def left(self) -> float:
        """The left edge."""
        return min(piece.left for piece in self.pieces)

    @property
    def right(self) -> float:
        """The right edge."""
        return max(piece.right for piece in self.pieces)

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return min(piece.bottom for piece in self.pieces)

    @property
    def top(self) -> float:
        """The upper edge."""
        return max(piece.top for piece in self.pieces)

    @property
    def weight(self) -> int:
        """The weight of its lightest piece."""
        return min(piece.weight for piece in self.pieces)

    @property
    def lead(self) -> Piece:
        """The piece that tells what the row is: the largest, of equals the first."""
        return max(self.pieces, key=lambda piece: piece.size)


def pieces_of(words: Iterable[Word]) -> list[Piece]:
    """Return the pieces that words form in the order of the file."""
    pieces: list[Piece] = []
    run: list[Word] = []
    for word in words:
        if run and not _follows(run[-1], word):
            pieces.append(Piece(tuple(run)))
            run = []
        run.append(word)
    if run:
        pieces.append(Piece(tuple(run)))
    return pieces


def columns_of(pieces: Sequence[Piece], depth: int = 0) -> list[list[Row]]:
    """Return the columns of a page in the order of reading, each as its rows from the top down.

    What spans columns, such as a title over them, is a column of its own.
    """
    gutter = _gutter(pieces) if depth < _DEEPEST else None
    if gutter is None:
        return [rows_of(pieces)] if pieces else []
    columns: list[list[Row]] = []
    spanning: list[Piece] = []
    for crossing, left, right in _bands(pieces, gutter):
        if left or right:
            columns += [rows_of(spanning)] if spanning else []
            columns += [*columns_of(left, depth + 1), *columns_of(right, depth + 1)]
            spanning = []
        spanning += crossing
    return columns + ([rows_of(spanning)] if spanning else [])


def _bands(pieces: Sequence[Piece], gutter: float) -> Iterator[tuple[list[Piece], list[Piece], list[Piece]]]:
    """Yield what stands left and right of a gutter, and what crosses it below that, from the top down."""
    crossing = [piece for piece in pieces if piece.left < gutter < piece.right]
    edges = [math.inf, *sorted({piece.bottom for piece in crossing}, reverse=True), -math.inf]
    for upper, lower in pairwise(edges):
        band = [piece for piece in pieces if upper > piece.bottom >= lower]
        yield (
            [piece for piece in band if piece.left < gutter < piece.right],
            [piece for piece in band if piece.right <= gutter],
            [piece for piece in band if piece.left >= gutter],
        )


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Return pieces as rows from the top down."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -(piece.top + piece.bottom)):
        if rows and _level(rows[-1][0], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [Row(tuple(_in_order(row))) for row in rows]


def _in_order(row: list[Piece]) -> list[Piece]:
    if len(row) < 2 or all(piece.text.isascii() for piece in row):
        return sorted(row, key=lambda piece: piece.left)
    letters = [unicodedata.bidirectional(letter) for piece in row for letter in piece.text]
    backwards = sum(kind in _RIGHT_TO_LEFT for kind in letters) > sum(kind == "L" for kind in letters)
    return sorted(row, key=lambda piece: -piece.left if backwards else piece.left)


def _follows(before: Word, word: Word) -> bool:
    """Whether two words that follow each other in the file stand side by side."""
    if word.glued and word.bottom < before.bottom:  # the rest of a word that is broken at the end of a line
        return False
    size = max(before.type.size, word.type.size)
    gap = max(word.left - before.right, before.left - word.right)
    return _level(before, word) and -size < gap < _GAP * size


def _level(one: Word | Piece, other: Word | Piece) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared >= _ALIKE * min(one.top - one.bottom, other.top - other.bottom)


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Return where white space parts text into two columns, None where none does."""
    if len(pieces) < 2 * _FEWEST_LINES:
        return None
    size = median(piece.size for piece in pieces)
    # A column begins where many lines do.
    starts = Counter(round(piece.left / size) for piece in pieces)
    best: tuple[int, float] | None = None
    for start in sorted(at for at, count in starts.items() if count >= _FEWEST_LINES)[1:]:
        gutter = min(piece.left for piece in pieces if round(piece.left / size) == start) - size / 4
        left = [piece for piece in pieces if piece.right <= gutter]
        right = [piece for piece in pieces if piece.left >= gutter]
        crossing = len(pieces) - len(left) - len(right)
        if best is not None and crossing >= best[0]:
            continue
        fits = crossing <= _MOST_SPANNING * len(pieces) and _are_beside(left, right)
        if fits and _is_text(left, size) and _is_text(right, size):
            best = (crossing, gutter)
    return best[1] if best else None


def _is_text(column: Sequence[Piece], size: float) -> bool:
    """Whether pieces are lines of running text, and not the cells of a table."""
    if len(column) < _FEWEST_LINES:
        return False
    width = max(piece.right for piece in column) - min(piece.left for piece in column)
    ordered = sorted(column, key=lambda piece: -piece.bottom)
    near = sum(before.bottom - piece.bottom <= _LINE_PITCH * size for before, piece in pairwise(ordered))
    return (
        width >= _NARROWEST * size
        and near >= _NEAR * (len(column) - 1)
        and median(piece.right - piece.left for piece in column) >= _FILLED_WIDTH * width
    )


def _are_beside(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    if not left or not right:
        return False
    upper = min(max(piece.top for piece in left), max(piece.top for piece in right))
    lower = max(min(piece.bottom for piece in left), min(piece.bottom for piece in right))
    return sum(upper >= piece.top and piece.bottom >= lower for piece in left) >= _FEWEST_LINES // 2


def is_contents(row: Row) -> bool:
    """Whether a row is one of a table of contents: dots lead to the number of a page."""
    return _LEADERS.search(row.text) is not None
