"""Furniture of a PDF: headers, footers and page numbers, known by standing on many pages, and tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from statistics import median

from content.model import BlockKind
from ingest.extract.pdf.flow import Part
from ingest.extract.pdf.lines import Piece, Row, is_contents, rows_of

_ZONE = 0.12  # of the height of a page, at its top and at its bottom
_LARGE = 1.3  # times the usual size of type
_SHARE = 0.3  # of the pages on which a text stands there
_FEWEST_PAGES = 3
_CONTENTS = 0.4  # of the rows of a page that lead to other pages
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:page\s*|p\.\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|\|)\s*\d{1,4})?[-–—\s]*", re.IGNORECASE
)
_CONTENTS_HEADING = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des matières|índice", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_ENDS_IN_NUMBER = re.compile(r"\b(?:\d{1,4}|[ivxlc]{1,7})\s*$")

Edge = tuple[str, bool]  # a text, and whether it stands at the top of its page


def without_furniture(pages: Sequence[Sequence[Piece]], heights: Sequence[float]) -> list[list[Piece]]:
    """Return the pieces of each page that are its own; ``heights`` are those of the pages."""
    pages = [_without_leaders(pieces) for pieces in pages]
    large = _LARGE * median([piece.size for pieces in pages for piece in pieces] or [0])
    edges = [_edges(pieces, height, large) for pieces, height in zip(pages, heights, strict=True)]
    counts = Counter(text for marked in edges for text in set(marked.values()))
    enough = max(_FEWEST_PAGES, _SHARE * sum(map(bool, pages)))
    repeated = {text for text, count in counts.items() if count >= enough}
    return [
        [piece for row in rows_of(pieces) for piece in _own(row, marked, repeated)]
        for pieces, marked in zip(pages, edges, strict=True)
    ]


def _own(row: Row, edges: Mapping[int, Edge], repeated: Collection[Edge]) -> list[Piece]:
    """Return what of a row is not furniture; a number is that of the page where nothing else is left beside it."""
    own = [piece for piece in row.pieces if edges.get(id(piece)) not in repeated]
    numbers = [piece for piece in own if id(piece) in edges and _PAGE_NUMBER.fullmatch(piece.text)]
    return own if len(numbers) < len(own) else []


def _edges(pieces: Sequence[Piece], height: float, large: float) -> dict[int, Edge]:
    """Return what stands at the top and the bottom of a page, by the id of the piece, numbers in it left aside.

    Large type is a title, and its numbers count.
    """
    rows = rows_of(pieces)
    outermost = {id(piece) for row in (rows[:1] + rows[-1:]) for piece in row.pieces}
    return {
        id(piece): (
            piece.text if piece.size > large else _DIGITS.sub("#", piece.text.casefold()),
            piece.bottom > height / 2,
        )
        for piece in pieces
        if piece.bottom > (1 - _ZONE) * height or piece.top < _ZONE * height or id(piece) in outermost
    }


def _without_leaders(pieces: Sequence[Piece]) -> Sequence[Piece]:
    rows = rows_of(pieces)
    leading = [row for row in rows if is_contents(row)]
    if not leading:
        return pieces
    listed = len(leading) >= _CONTENTS * len(rows)  # the page is a list of contents, also where dots are missing
    dropped = {
        id(piece)
        for row in rows
        if is_contents(row) or (listed and _ENDS_IN_NUMBER.search(row.text))
        for piece in row.pieces
    }
    return [piece for piece in pieces if id(piece) not in dropped]


def without_contents(parts: Sequence[Part]) -> list[Part]:
    """Return parts without tables of contents that are known by their heading."""
    kept: list[Part] = []
    inside = False
    for part in parts:
        if part.kind is BlockKind.HEADING:
            inside = _CONTENTS_HEADING.fullmatch(part.text) is not None
        elif inside and (part.kind is BlockKind.TABLE or _ENDS_IN_NUMBER.search(part.text)):
            continue
        else:
            inside = False
        if not inside:
            kept.append(part)
    return kept
