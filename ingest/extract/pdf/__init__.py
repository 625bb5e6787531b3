"""PDF: text in the order in which it is read, with headings, lists, tables and the numbers of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce

import pypdfium2
import pypdfium2.raw as pdfium

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.pdf.columns import columns_of
from ingest.extract.pdf.flow import BULLET, Part, body_of, joined, parts_of
from ingest.extract.pdf.furniture import without_contents, without_furniture
from ingest.extract.pdf.heading import Outline, mark_headings, plain
from ingest.extract.pdf.hyphen import Hyphens
from ingest.extract.pdf.lines import Piece, pieces_of
from ingest.extract.pdf.table import with_tables
from ingest.extract.pdf.words import page_words
from ingest.extract.plain import ITEM_MARK
from ingest.extract.rows import add_rows, clean_rows

_MOST_PAGES = 10_000
# What programs write where nobody gave the document a title.
_NO_TITLE = re.compile(
    r"\s*$|untitled|microsoft word|microsoft powerpoint|\S+\.(?:docx?|pptx?|indd|tex|pdf|dvi|qxd)$", re.IGNORECASE
)


def extract_pdf(document: bytes) -> list[Draft]:
    """Return one draft; each page is a place in it. Raises PageError for what is protected, damaged or a picture."""
    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise PageError("it is protected by a password; save it without") from error
        raise PageError("it is damaged, or no PDF") from error
    if len(pdf) > _MOST_PAGES:
        raise PageError(f"it has {len(pdf):,} pages, more than the {_MOST_PAGES:,} that are read; split it")
    pages, heights = _read(pdf)
    parts = _parts(without_furniture(pages, heights), _outline(pdf))
    if not parts:
        raise PageError("there is no text in it; if it is a scan, it needs text recognition (OCR) first")
    title = _title(pdf, parts)
    text = DraftText()
    hyphens = Hyphens(line for part in parts for line in part.lines())
    for part in parts:
        if not (part.kind is BlockKind.HEADING and part is parts[0] and plain(part.text) == plain(title or "")):
            _add(text, part, hyphens)
    return [text.draft(title)]


def _read(pdf: pypdfium2.PdfDocument) -> tuple[list[list[Piece]], list[float]]:
    """Return the pieces of each page and its height; a page that is damaged has none."""
    pages: list[list[Piece]] = []
    heights: list[float] = []
    for number in range(len(pdf)):
        try:
            page = pdf[number]
        except pypdfium2.PdfiumError:
            pages.append([])
            heights.append(0)
            continue
        pages.append(pieces_of(page_words(page)))
        heights.append(page.get_height())
        page.close()
    return pages, heights


def _parts(pages: list[list[Piece]], outline: Outline) -> list[Part]:
    columns = [(number, column) for number, pieces in enumerate(pages, 1) for column in columns_of(pieces)]
    rows = [row for _, column in columns for row in column]
    if not rows:
        return []
    body = body_of(rows)
    parts = [part for number, column in columns for part in parts_of(with_tables(column), number, body)]
    mark_headings(parts, body, outline)
    return joined(without_contents(parts), body)


def _outline(pdf: pypdfium2.PdfDocument) -> Outline:
    return {(number, plain(title)): level for number, title, level in _bookmarks(pdf)}


def _bookmarks(pdf: pypdfium2.PdfDocument) -> Iterator[tuple[int, str, int]]:
    for mark in pdf.get_toc(max_depth=6):
        target = mark.get_dest()
        index = target.get_index() if target is not None else None
        if index is not None:
            yield index + 1, mark.get_title(), mark.level + 1


def _title(pdf: pypdfium2.PdfDocument, parts: list[Part]) -> str | None:
    """Return the title that the document states of itself, else the heading that is larger than all others.

    That one must stand on the first page with text.
    """
    stated = " ".join(clean(pdf.get_metadata_value("Title")).split())
    if not _NO_TITLE.match(stated):
        return stated
    headings = sorted((part for part in parts if part.kind is BlockKind.HEADING), key=lambda part: -part.size)
    if not headings or headings[0].pages[0] != parts[0].pages[0]:
        return None
    return headings[0].text if len(headings) < 2 or headings[0].size > headings[1].size else None


def _add(text: DraftText, part: Part, hyphens: Hyphens) -> None:
    text.place(f"page={part.pages[0]}")
    match part.kind:
        case BlockKind.TABLE:
            cells = [[reduce(hyphens.join, cell.split("\n")) for cell in row] for row in part.cells]
            add_rows(text, clean_rows(cells), level=6)
        case BlockKind.CODE:
            text.add(BlockKind.CODE, "\n".join(row.text for row in part.rows))
        case BlockKind.HEADING:
            text.add(BlockKind.HEADING, _flowing(part, hyphens)[0], level=part.level)
        case _:
            _add_flowing(text, part, hyphens)


def _add_flowing(text: DraftText, part: Part, hyphens: Hyphens) -> None:
    said, offsets = _flowing(part, hyphens)
    bullet = BULLET.match(said)
    mark = bullet or ITEM_MARK.match(said) if part.kind is BlockKind.ITEM else None
    cut = mark.end() if mark else 0
    block = text.add(part.kind, said[cut:], mark="- " if bullet and mark else said[:cut].lstrip())
    if block is None:
        return
    for offset, page in offsets:
        text.place(f"page={page}", block.start + max(0, offset - cut))


def _flowing(part: Part, hyphens: Hyphens) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a part, and the number of the page from each offset on."""
    said = part.rows[0].text
    offsets = [(0, part.pages[0])]
    for row, page in zip(part.rows[1:], part.pages[1:], strict=True):
        before = len(said)
        said = hyphens.join(said, row.text)
        if page != offsets[-1][1]:
            offsets.append((before, page))
    return said, offsets
