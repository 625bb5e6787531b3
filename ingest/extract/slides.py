"""Slides (PPTX): each slide under its title, with its lists, tables and the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from zipfile import BadZipFile

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.shapes.autoshape import Shape
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.text.text import _Paragraph

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.archive import open_archive
from ingest.extract.plain import add_line
from ingest.extract.rows import add_rows, clean_rows

_FURNITURE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER}
_NO_TITLE = {"", "PowerPoint Presentation"}
_DEEPEST_GROUP = 50


def extract_pptx(document: bytes) -> list[Draft]:
    """Return one draft; each slide is a place in it. Hidden slides are left out."""
    open_archive(document).close()
    try:
        presentation = Presentation(BytesIO(document))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise PageError(f"it is damaged, or no presentation: {error}") from error
    text = DraftText()
    title = clean(presentation.core_properties.title or "")
    for number, slide in enumerate(presentation.slides, 1):
        if slide.element.get("show") not in {"0", "false"}:
            text.place(f"page={number}")
            _add_slide(text, slide)
    first = next((block for block in text.blocks if block.kind is BlockKind.HEADING), None)
    shown = text.text[first.start : first.end] if first else None
    return [text.draft(shown if title in _NO_TITLE else title)]


def _add_slide(text: DraftText, slide: Slide) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        text.add(BlockKind.HEADING, _flat(title.text_frame.text), level=2)
    for shape in _in_reading_order(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if isinstance(shape, GraphicFrame) and shape.has_table:
            rows = clean_rows([[_flat(cell.text) for cell in row.cells] for row in shape.table.rows])
            if rows:
                add_rows(text, rows, level=3)
        elif isinstance(shape, Shape) and not _is_furniture(shape):
            _add_frame(text, shape)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in notes.paragraphs:
            add_line(text, _said(paragraph))


def _add_frame(text: DraftText, shape: Shape) -> None:
    paragraphs = [paragraph for paragraph in shape.text_frame.paragraphs if _said(paragraph)]
    # Body text on slides is a list, whatever mark is drawn before it; a single line is not.
    listed = shape.is_placeholder and len(paragraphs) > 1
    for paragraph in paragraphs:
        level = min(paragraph.level, 8)
        if listed or level:
            text.add(BlockKind.ITEM, _said(paragraph), level=level, mark="  " * level + "- ")
        else:
            add_line(text, _said(paragraph))


def _in_reading_order(shapes: Iterable[BaseShape], depth: int = 0) -> Iterator[BaseShape]:
    """Yield shapes and those in groups from the top down, those of one line from the left."""
    for shape in sorted(shapes, key=lambda shape: (_inches(shape.top), _inches(shape.left))):
        if isinstance(shape, GroupShape):
            if depth < _DEEPEST_GROUP:
                yield from _in_reading_order(shape.shapes, depth + 1)
        else:
            yield shape


def _inches(length: int | None) -> float:
    # Placeholders that stand where their layout puts them come first; what differs by little is in one line.
    return -1 if length is None else round(length / 914_400 * 4) / 4


def _is_furniture(shape: Shape) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type in _FURNITURE


def _said(paragraph: _Paragraph) -> str:
    # A vertical tab is how the library writes a line break.
    return clean(paragraph.text.replace("\v", " ")).strip()


def _flat(text: str) -> str:
    return " ".join(clean(text).split())
