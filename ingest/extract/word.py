"""Word documents (DOCX): headings, lists, tables, text boxes and notes; no comments, headers or deleted text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import PartFactory
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml.etree import _Element

from content.errors import PageError
from content.model import BlockKind, is_question
from ingest.draft import Draft, DraftText, clean
from ingest.extract.archive import open_archive
from ingest.extract.plain import add_line
from ingest.extract.rows import add_rows, clean_rows

_MACRO_DOCUMENT = "application/vnd.ms-word.document.macroEnabled.main+xml"
_NO_TITLE = {"", "Word Document"}  # the second is what python-docx says where a document has none
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_CODE = re.compile(r"code|preformatted|verbatim|listing", re.IGNORECASE)
_LONGEST_BOLD_HEADING = 80  # characters
# Elements that hold blocks, and are none themselves; elements whose text nobody sees.
_CONTAINERS = {qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo")}
_UNSEEN = {qn(name) for name in ("w:del", "w:moveFrom", "w:txbxContent", "w:pPr", "w:rPr")} | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style makes of its paragraphs: a heading (level 1 to 6), an item of a list, code …"""

    name: str
    level: int = 0
    numbered: tuple[str, int] | None = None  # the list's id and the depth


def extract_docx(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError for what is protected, damaged or no Word document."""
    open_archive(document).close()
    PartFactory.part_type_for[_MACRO_DOCUMENT] = DocumentPart
    try:
        package = Package.open(BytesIO(document))
    except PackageNotFoundError as error:
        raise PageError("it is damaged, or no Word document") from error
    part = package.main_document_part
    if not isinstance(part, DocumentPart):
        raise PageError(f"it is no Word document, but {part.content_type}")
    walker = _Walker(part.document)
    walker.add_children(part.element.body)
    walker.add_notes()
    return [walker.draft()]


class _Walker:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = DraftText()
        self._title: str | None = None
        self._styles = {style.element.get(qn("w:styleId")): style.element for style in document.styles}
        self._known: dict[str | None, _Style] = {}
        self._formats = _number_formats(document)
        self._counts: Counter[tuple[str, int]] = Counter()

    def draft(self) -> Draft:
        """Return all that was added."""
        title = self._title or self._document.core_properties.title
        return self._text.draft(None if title in _NO_TITLE else clean(title))

    def add_children(self, element: _Element) -> None:
        """Append the blocks in an element of the document's body."""
        for child in element:
            if child.tag == qn("w:p"):
                self._add_paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._add_table(child)
            elif child.tag in _CONTAINERS:
                self.add_children(child)

    def add_notes(self) -> None:
        """Append what stands at the foot of pages and at the end."""
        for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
            for relation in self._document.part.rels.values():
                if relation.reltype == kind and not relation.is_external:
                    for note in parse_xml(relation.target_part.blob):
                        self._text.add(BlockKind.PARAGRAPH, " ".join(filter(None, map(_text, note.iter(qn("w:p"))))))

    def _add_paragraph(self, paragraph: _Element) -> None:
        text = _text(paragraph)
        style = self._style(paragraph)
        name = style.name.lower()
        if name.startswith("toc "):
            return
        if name == "title" and not self._title:
            self._title = " ".join(text.split())
        elif style.level or (_is_bold(paragraph) and _may_head(text)):
            self._add_heading(" ".join(text.split()), style.level or 6)
        elif style.numbered:
            number, depth = style.numbered
            self._text.add(BlockKind.ITEM, text, level=depth, mark="  " * depth + self._mark(number, depth))
        elif _CODE.search(name):
            self._text.add(BlockKind.CODE, text)
        else:
            add_line(self._text, text)
        for box in paragraph.iter(qn("w:txbxContent")):
            if not any(parent.tag in _UNSEEN for parent in box.iterancestors()):
                self.add_children(box)

    def _add_heading(self, text: str, level: int) -> None:
        if level == 1 and not self._title and not self._text.blocks:  # the document's name, not a section of it
            self._title = text
        else:
            self._text.add(BlockKind.HEADING, text, level=level)

    def _add_table(self, table: _Element) -> None:
        rows = [row.findall(f".//{qn('w:tc')}") for row in table.iter(qn("w:tr")) if _nearest_table(row) is table]
        rows = [[cell for cell in row if _nearest_table(cell) is table] for row in rows]
        if all(len(row) < 2 for row in rows):  # a frame around text
            for row in rows:
                for cell in row:
                    self.add_children(cell)
            return
        texts = clean_rows(
            [["\n".join(filter(None, map(_text, cell.iter(qn("w:p"))))) for cell in row] for row in rows]
        )
        if texts:
            add_rows(self._text, texts, level=6)

    def _style(self, paragraph: _Element) -> _Style:
        properties = paragraph.find(qn("w:pPr"))
        chosen = properties.find(qn("w:pStyle")) if properties is not None else None
        style = self._named(chosen.get(qn("w:val")) if chosen is not None else None)
        if properties is None:
            return style
        level, numbered = _level(properties), _numbered(properties)
        return _Style(style.name, style.level if level is None else level, _over(numbered, style.numbered))

    def _named(self, style_id: str | None, depth: int = 0) -> _Style:
        if style_id in self._known:
            return self._known[style_id]
        element = self._styles.get(style_id)
        if element is None or depth > 20:  # styles may be based on each other in a circle
            return _Style("")
        parent = element.find(qn("w:basedOn"))
        base = self._named(parent.get(qn("w:val")), depth + 1) if parent is not None else _Style("")
        name = element.find(qn("w:name"))
        properties = element.find(qn("w:pPr"))
        said = str(name.get(qn("w:val"))) if name is not None else ""
        heading = _HEADING.fullmatch(said)
        level = int(heading[1]) if heading else _level(properties) if properties is not None else None
        numbered = _numbered(properties) if properties is not None else None
        own_name = said if not _CODE.search(base.name) else base.name
        style = _Style(own_name, base.level if level is None else min(level, 6), _over(numbered, base.numbered))
        self._known[style_id] = style
        return style

    def _mark(self, number: str, depth: int) -> str:
        if self._formats.get((number, depth), "bullet") in {"bullet", "none"}:
            return "- "
        self._counts[number, depth] += 1
        for deeper in range(depth + 1, 9):
            self._counts[number, deeper] = 0
        return f"{self._counts[number, depth]}. "


def _text(paragraph: _Element) -> str:
    return clean("".join(_pieces(paragraph)))


def _pieces(element: _Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in {qn("w:t"), _MATH_TEXT}:
            yield child.text or ""
        elif tag in {qn("w:tab"), qn("w:ptab")}:
            yield " "
        elif tag in {qn("w:br"), qn("w:cr")}:
            yield "\n" if child.get(qn("w:type")) is None else ""
        elif tag == qn("w:noBreakHyphen"):
            yield "-"
        elif tag not in _UNSEEN and not _is_hidden(child):
            yield from _pieces(child)


def _is_hidden(run: _Element) -> bool:
    properties = run.find(qn("w:rPr"))
    return properties is not None and _is_on(properties.find(qn("w:vanish")))


def _is_bold(paragraph: _Element) -> bool:
    runs = [run for run in paragraph.iter(qn("w:r")) if "".join(_pieces(run)).strip()]
    properties = [run.find(qn("w:rPr")) for run in runs]
    return bool(runs) and all(found is not None and _is_on(found.find(qn("w:b"))) for found in properties)


def _is_on(switch: _Element | None) -> bool:
    return switch is not None and switch.get(qn("w:val"), "true") not in {"0", "false", "none", "off"}


def _may_head(text: str) -> bool:
    text = text.strip()
    return is_question(text) or (
        0 < len(text) <= _LONGEST_BOLD_HEADING and "\n" not in text and text[-1] not in ".:;,!"
    )


def _level(properties: _Element) -> int | None:
    """Return the level of a heading that paragraph properties make, 0 for body text, None where they do not say."""
    outline = properties.find(qn("w:outlineLvl"))
    if outline is None:
        return None
    level = int(outline.get(qn("w:val"), "9")) + 1
    return min(level, 6) if level < 10 else 0


def _numbered(properties: _Element) -> tuple[str, int] | None:
    numbering = properties.find(qn("w:numPr"))
    if numbering is None:
        return None
    number, depth = numbering.find(qn("w:numId")), numbering.find(qn("w:ilvl"))
    said = number.get(qn("w:val"), "") if number is not None else ""
    return said, min(8, int(depth.get(qn("w:val"), "0"))) if depth is not None else 0


def _over(numbered: tuple[str, int] | None, base: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return what a paragraph's list is, given that of its style; the list 0 is none."""
    chosen = numbered or base
    if numbered and not numbered[0] and base:
        chosen = (base[0], numbered[1])
    return None if chosen is None or chosen[0] in {"", "0"} else chosen


def _number_formats(document: Document) -> dict[tuple[str, int], str]:
    """Return how the items of each list are marked, by the list's id and the depth."""
    found = [rel.target_part for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.NUMBERING]
    if not found:
        return {}
    root = parse_xml(found[0].blob)
    abstract: dict[str, dict[int, str]] = {}
    for one in root.iter(qn("w:abstractNum")):
        levels = {}
        for level in one.iter(qn("w:lvl")):
            marked = level.find(qn("w:numFmt"))
            levels[int(level.get(qn("w:ilvl"), "0"))] = marked.get(qn("w:val"), "") if marked is not None else ""
        abstract[one.get(qn("w:abstractNumId"), "")] = levels
    formats: dict[tuple[str, int], str] = {}
    for one in root.iter(qn("w:num")):
        link = one.find(qn("w:abstractNumId"))
        levels = abstract.get(link.get(qn("w:val"), ""), {}) if link is not None else {}
        formats |= {(one.get(qn("w:numId"), ""), depth): marked for depth, marked in levels.items()}
    return formats


def _nearest_table(element: _Element) -> _Element | None:
    return next((parent for parent in element.iterancestors() if parent.tag == qn("w:tbl")), None)
