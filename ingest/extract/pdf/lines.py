"""Lines of a PDF page: words that stand side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ingest.extract.pdf.words import Word

_GAP = 1.5  # of the size of the type: white space that parts the cells of a row, or columns
_WIDE_GAP = 3.0
_ALIKE = 0.5  # of the lower height that two words share in a line
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


def is_contents(row: Row) -> bool:
    """Whether a row is one of a table of contents: dots lead to the number of a page."""
    return _LEADERS.search(row.text) is not None
