"""Tables of a PDF page: rows whose cells stand in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.extract.pdf.lines import Piece, Row

_FEWEST_ROWS = 2  # of more than one cell
_TIGHT = 1.5  # of the size of the type: from one line of a cell to the next
_NEAR = 3.5  # of the size: from one row to the next

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows of cells, whose lines are parted by line breaks, and the row of the page with which it begins."""

    cells: tuple[tuple[str, ...], ...]
    first: Row


def with_tables(rows: Sequence[Row]) -> Iterator[Row | Table]:
    """Yield the rows of a column; those that are a table together come as that."""
    at = 0
    while at < len(rows):
        end, columns = _extent(rows, at)
        if end > at:
            yield Table(_cells(rows[at:end], columns), rows[at])
            at = end
        else:
            yield rows[at]
            at += 1


def _extent(rows: Sequence[Row], start: int) -> tuple[int, list[Span]]:
    """Return where a table ends that begins with a row, which is ``start`` where none does, and its columns."""
    if len(rows[start].pieces) < 2:
        return start, []
    full = rows[start]
    end = start + 1
    while end < len(rows) and _pitch(rows[end - 1], rows[end]) <= _NEAR:
        if len(rows[end].pieces) > 1:
            full = rows[end]
        elif not _fits_cell(rows[end].pieces[0], full.pieces):
            break
        end += 1
    columns = _columns(rows[start:end])
    while end > start and len(rows[end - 1].pieces) < 2 and not _ends_cell(rows, end - 1, columns):
        end -= 1
    several = sum(len(row.pieces) > 1 for row in rows[start:end])
    return (end, columns) if several >= _FEWEST_ROWS and len(columns) > 1 else (start, [])


def _fits_cell(piece: Piece, row: Sequence[Piece]) -> bool:
    """Whether a lone piece stands under one piece of a row, short of the next."""
    at = max((at for at, above in enumerate(row) if above.left <= piece.left + piece.size), default=None)
    return at is not None and (at + 1 == len(row) or piece.right <= row[at + 1].left)


def _ends_cell(rows: Sequence[Row], at: int, columns: Sequence[Span]) -> bool:
    piece = rows[at].pieces[0]
    return _pitch(rows[at - 1], rows[at]) <= _TIGHT and _column(columns, piece.left, piece.right) > 0


def _columns(rows: Sequence[Row]) -> list[Span]:
    """Return where the columns of a table are: as the rows with the most cells have them, widened by the others."""
    columns: list[Span] = []
    for row in sorted(rows, key=lambda row: -len(row.pieces)):
        spans = sorted([*columns, *((piece.left, piece.right) for piece in row.pieces)])
        joined = spans[:1]
        for left, right in spans[1:]:
            if left < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(right, joined[-1][1]))
            else:
                joined.append((left, right))
        if len(joined) >= len(columns):  # else a cell spans several
            columns = joined
    return columns


def _cells(rows: Sequence[Row], columns: Sequence[Span]) -> tuple[tuple[str, ...], ...]:
    lines: list[list[str]] = []
    before: Row | None = None
    for row in rows:
        cells = [""] * len(columns)
        for piece in row.pieces:
            for at, text in _parted(piece, columns):
                cells[at] = f"{cells[at]} {text}".strip()
        if before is None or _pitch(before, row) > _TIGHT or (cells[0] and lines[-1][0]):
            lines.append(cells)
        else:
            lines[-1] = [f"{above}\n{cell}".strip("\n") for above, cell in zip(lines[-1], cells, strict=True)]
        before = row
    return tuple(map(tuple, lines))


def _parted(piece: Piece, columns: Sequence[Span]) -> Iterator[tuple[int, str]]:
    """Yield the text of a piece by columns; one that stands across two is parted at its words."""
    if sum(min(right, piece.right) > max(left, piece.left) for left, right in columns) < 2:
        yield _column(columns, piece.left, piece.right), piece.text
        return
    for word in piece.words:
        yield _column(columns, word.left, word.right), word.text


def _column(columns: Sequence[Span], left: float, right: float) -> int:
    """Return the column that shares most with a stretch, or is nearest to it."""
    shared = [min(end, right) - max(start, left) for start, end in columns]
    return shared.index(max(shared))


def _pitch(before: Row, row: Row) -> float:
    """Return how far a row is below another, in sizes of its type."""
    return (before.bottom - row.bottom) / max(row.lead.size, 1)
