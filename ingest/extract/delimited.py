"""Tables as text: CSV and its like, whatever parts the cells."""

from __future__ import annotations

import csv
from io import StringIO

from content.errors import PageError
from ingest.draft import Draft, DraftText
from ingest.extract.encoding import decode
from ingest.extract.rows import add_rows, clean_rows, glossary_drafts

_SAMPLE = 16_384  # characters that tell what parts the cells
_LARGEST_CELL = 1_000_000  # characters


def extract_csv(document: bytes) -> list[Draft]:
    """Return one draft, or one an entry where the table is a glossary. Raises PageError where a cell never ends."""
    source = decode(document)
    csv.field_size_limit(_LARGEST_CELL)
    try:
        rows = clean_rows(list(csv.reader(StringIO(source, newline=""), _dialect(source[:_SAMPLE]))))
    except csv.Error as error:
        raise PageError(f"it is no table: {error}; is a quotation mark missing?") from error
    if entries := glossary_drafts(rows):
        return entries
    text = DraftText()
    add_rows(text, rows)
    return [text.draft(None)]


def _dialect(sample: str) -> type[csv.Dialect]:
    # Python's own guess takes letters for delimiters; here the first line decides, quoted cells left aside.
    head = "".join(sample.split('"')[::2]).split("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t|", key=head.count)

    return Found
