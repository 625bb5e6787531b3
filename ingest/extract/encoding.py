"""Bytes to text: which encoding a document is in."""

import codecs
import re

from content.errors import PageError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]+?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
# How far browsers look for a declaration (WHATWG HTML, "prescan a byte stream"), in bytes.
_PRESCAN = 1024
# WHATWG Encoding Standard: documents that say Latin-1 or ASCII are read as Windows-1252.
_AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252"}


def decode(data: bytes, *, html: bool = False, charset: str | None = None) -> str:
    """Return the document's text.

    Its encoding is that of its byte order mark, else ``charset``, which came along with it, else its own declaration if
    HTML, else UTF-8, else Windows-1252. Raises PageError for what is no text at all.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if charset and (named := _known(charset)):
        return data.decode(named, errors="replace")
    if b"\0" in data[:4096]:
        raise PageError("it is a binary file, not text")
    if html and (declared := _declared(data)):
        return data.decode(declared, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data[:_PRESCAN])
    if not match:
        return None
    name = _known(match.group(1).decode("ascii"))
    if name and name.startswith("utf-16"):  # what was read as ASCII so far cannot be UTF-16
        return "utf-8"
    return name


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label.strip()).name
        b"".decode(name)
    except (LookupError, ValueError):
        return None
    return _AS_BROWSERS_DO.get(name, name)
