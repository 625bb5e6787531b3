"""Rich text (RTF): its text, read as plain text is."""

from __future__ import annotations

from striprtf.striprtf import rtf_to_text

from content.errors import PageError
from ingest.draft import Draft
from ingest.extract.plain import extract_plain


def extract_rtf(document: bytes) -> list[Draft]:
    """Return one draft. Raises PageError for what is no rich text."""
    source = document.decode("latin-1")  # the format is ASCII; all else stands there as escapes
    if not source.lstrip().startswith("{\\rtf"):
        raise PageError("it is no rich text: it does not begin with {\\rtf")
    return extract_plain(str(rtf_to_text(source, errors="replace")))
