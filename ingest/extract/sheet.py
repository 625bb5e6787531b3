"""Spreadsheets: each sheet as a table."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from content.errors import PageError
from content.model import BlockKind
from ingest.draft import Draft, DraftText, clean
from ingest.extract.archive import open_archive
from ingest.extract.rows import add_rows, clean_rows, glossary_drafts

_ZIP = b"PK"
Cell = str | int | float | bool | date | datetime | time | timedelta


def extract_sheet(document: bytes) -> list[Draft]:
    """Return one draft, or one an entry for sheets that are glossaries. Hidden sheets are left out."""
    if document.startswith(_ZIP):
        open_archive(document).close()
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(document))
    except PasswordError as error:
        raise PageError("it is protected by a password; save it without") from error
    except CalamineError as error:
        raise PageError(f"it is damaged, or no spreadsheet: {error}") from error
    shown = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    text = DraftText()
    entries: list[Draft] = []
    for name in shown:
        rows = clean_rows([list(map(_shown, row)) for row in workbook.get_sheet_by_name(name).iter_rows()])
        if found := glossary_drafts(rows):
            entries += found
        elif rows:
            if len(shown) > 1:
                text.add(BlockKind.HEADING, clean(name), level=2)
            add_rows(text, rows, level=3)
    return [*entries, text.draft(None)]


def _shown(cell: Cell) -> str:
    """Return a cell as a reader sees it, as far as that can be told without its number format."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, float):
        return f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
    return str(cell)
