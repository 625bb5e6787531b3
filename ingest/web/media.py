"""Media types: which file suffix stands for what an address holds."""

from __future__ import annotations

import re

from ingest.web.address import Address

HTML = ".html"

_SUFFIXES = {
    "text/html": HTML,
    "application/xhtml+xml": HTML,
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/plain": ".txt",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    "text/csv": ".csv",
    "text/vtt": ".vtt",
    "application/x-subrip": ".srt",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "message/rfc822": ".eml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
# Types that say less than a file's name does.
_VAGUE = {"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/zip", "application/binary"}
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|title|h1|p|div|main|article)\b", re.I)


def suffix_of(media_type: str, address: Address) -> str:
    """Return the suffix that a file with this content would have; empty where that cannot be told."""
    if media_type in _VAGUE and address.suffix in _SUFFIXES.values():
        return address.suffix
    if media_type in _VAGUE and address.suffix in {".markdown", ".htm", ".xhtml", ".text"}:
        return {".markdown": ".md", ".text": ".txt"}.get(address.suffix, HTML)
    return _SUFFIXES.get(media_type, "")


def sniffed(data: bytes) -> str:
    """Return the suffix for content of which neither server nor name say what it is."""
    return HTML if _MARKUP.match(data[:512]) else ".txt"
