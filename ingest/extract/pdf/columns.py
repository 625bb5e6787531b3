"""Columns of a PDF page: the order in which its lines are read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ingest.extract.pdf.lines import Piece, Row, rows_of

# Columns of text have so many lines, are so wide, and most of their lines are near the one above, in sizes of the type;
# half of the lines fill this share of the width.
_FEWEST_LINES = 4
_NARROWEST = 10.0
_LINE_PITCH = 1.8
_NEAR = 0.6
_FILLED_WIDTH = 0.5
_MOST_SPANNING = 0.35  # of the lines that may cross the white space between two columns, such as titles
_DEEPEST = 6


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
