"""OpenDocument texts and slides (ODT, ODP): headings, lists, tables, notes.

https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.archive import open_archive, read_xml
from ingest.extract.plain import add_line
from ingest.extract.rows import add_rows, clean_rows

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _STYLE, _DRAW, _SHOW, _MANIFEST = (
    f"{{{_OASIS}{name}:1.0}}" for name in ("office", "text", "table", "style", "drawing", "presentation", "manifest")
)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# Nobody reads these in the document: lists of contents, deleted text, comments, what is hidden.
_UNSEEN = {
    f"{_TEXT}table-of-content",
    f"{_TEXT}alphabetical-index",
    f"{_TEXT}tracked-changes",
    f"{_TEXT}hidden-paragraph",
    f"{_TEXT}hidden-text",
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
}
_SLIDE_FURNITURE = {"date-time", "footer", "header", "page-number"}


def extract_odf(document: bytes) -> list[Draft]:
    """Return one draft; each slide is a place in it. Raises PageError for what is protected or damaged."""
    with open_archive(document) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names:
            manifest = read_xml(archive, "META-INF/manifest.xml")
            if next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None:
                raise PageError("it is protected by a password; save it without")
        content = read_xml(archive, "content.xml")
        meta = read_xml(archive, "meta.xml") if "meta.xml" in names else None
    walker = _Walker(content)
    for body in content.iter(f"{_OFFICE}body"):
        walker.add_children(body)
    title = next((clean(node.text or "") for node in meta.iter(_TITLE)), "") if meta is not None else ""
    return [walker.draft(title)]


class _Walker:
    def __init__(self, content: _Element) -> None:
        self._text = DraftText()
        self._title: str | None = None
        self._slides = 0
        self._numbered = {
            style.get(f"{_STYLE}name")
            for style in content.iter(f"{_TEXT}list-style")
            if style.find(f"{_TEXT}list-level-style-number") is not None
        }

    def draft(self, title: str) -> Draft:
        """Return all that was added, under the title that the document states of itself, if any."""
        return self._text.draft(title or self._title)

    def add_children(self, element: _Element) -> None:
        """Append the blocks in an element."""
        for child in element:
            self._add(child)

    def _add(self, element: _Element) -> None:
        tag = element.tag
        if tag in _UNSEEN:
            return
        if tag == f"{_TEXT}h":
            level = element.get(f"{_TEXT}outline-level", "1")
            self._add_heading(_flat(element), min(6, int(level)) if level.isdigit() else 6)
        elif tag == f"{_TEXT}p":
            add_line(self._text, _said(element))
            self._add_inner(element)
        elif tag == f"{_TEXT}list":
            self._add_list(element, 0, self._is_numbered(element))
        elif tag == f"{_TABLE}table":
            self._add_table(element)
        elif tag == f"{_DRAW}page":
            self._slides += 1
            self._text.place(f"page={self._slides}")
            self.add_children(element)
        elif tag == f"{_DRAW}frame" and (role := element.get(f"{_SHOW}class")):
            if role == "title":
                self._text.add(BlockKind.HEADING, " ".join(map(_flat, element.iter(f"{_TEXT}p"))), level=2)
            elif role not in _SLIDE_FURNITURE:
                self.add_children(element)
        else:
            self.add_children(element)

    def _add_heading(self, text: str, level: int) -> None:
        if level == 1 and not self._text.blocks and not self._title:
            self._title = text
        else:
            self._text.add(BlockKind.HEADING, text, level=level)

    def _add_inner(self, paragraph: _Element) -> None:
        """Append what hangs on a paragraph: its text boxes and notes."""
        for inner in paragraph.iter(f"{_DRAW}text-box", f"{_TEXT}note-body"):
            if not any(parent.tag in _UNSEEN for parent in inner.iterancestors()):
                self.add_children(inner)

    def _add_list(self, element: _Element, depth: int, numbered: bool) -> None:
        number = 0
        for item in element:
            if item.tag not in {f"{_TEXT}list-item", f"{_TEXT}list-header"}:
                continue
            number += 1
            mark = f"{number}. " if numbered else "- "
            for child in item:
                if child.tag == f"{_TEXT}list":
                    self._add_list(child, depth + 1, self._is_numbered(child) or numbered)
                elif child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                    self._text.add(BlockKind.ITEM, _said(child), level=depth, mark="  " * depth + mark)
                    mark = "  "
                else:
                    self._add(child)

    def _is_numbered(self, element: _Element) -> bool:
        return element.get(f"{_TEXT}style-name") in self._numbered

    def _add_table(self, table: _Element) -> None:
        rows = [
            [
                " ".join(map(_flat, cell.iter(f"{_TEXT}p", f"{_TEXT}h")))
                for cell in row
                if cell.tag == f"{_TABLE}table-cell"
            ]
            for row in table.iter(f"{_TABLE}table-row")
        ]
        if rows := clean_rows(rows):
            add_rows(self._text, rows, level=6)


def _said(element: _Element) -> str:
    return clean("".join(_pieces(element))).strip()


def _flat(element: _Element) -> str:
    return " ".join(_said(element).split())


def _pieces(element: _Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in {f"{_TEXT}s", f"{_TEXT}tab"}:
            yield " "
        elif child.tag == f"{_TEXT}line-break":
            yield "\n"
        elif child.tag not in _UNSEEN | {f"{_TEXT}note", f"{_DRAW}text-box"} and isinstance(child.tag, str):
            yield from _pieces(child)
        yield child.tail or ""
