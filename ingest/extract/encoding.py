"""Bytes to text: which encoding a document is in, found out as browsers do.

https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import chain

import webencodings

from content.errors import PageError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-16 without a byte order mark: in a document that begins with a tag, every other byte is zero.
_WIDE = ((re.compile(rb"<\0[!?a-zA-Z]\0"), "utf-16-le"), (re.compile(rb"\0<\0[!?a-zA-Z]"), "utf-16-be"))
# Browsers look 1,024 bytes ahead for a declaration, and start over when they come to one later. Here one look is
# enough, as far as the head of a page goes; in bytes.
_LOOK_AHEAD = 16 * 1024
_DEFAULT = "cp1252"
# Browsers' decoders know more characters than the codecs of these names.
_AS_BROWSERS_DO = {"shift_jis": "cp932", "euc-kr": "cp949", "gbk": "gb18030", "big5": "big5hkscs"}

_MENTIONED = re.compile(rb"charset|encoding", re.IGNORECASE)
_XML = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']\s*([\w.:-]+)""")
_MARKUP = re.compile(rb"<!--|</?([a-zA-Z][^\t\n\f\r />]*)|<[!/?]")
_ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)"
    rb"(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"?|'([^']*)'?|([^\t\n\f\r >]*)))?"
)
_CHARSET = re.compile(rb"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\s;][^\s;]*))", re.IGNORECASE)


def decode(data: bytes, *, html: bool = False, charset: str | None = None) -> str:
    """Return the document's text.

    Its encoding is that of its byte order mark, else ``charset``, which came along with it, else its own declaration if
    HTML, else UTF-8, else Windows-1252. Raises PageError for what is no text at all.
    """
    return data.decode(_codec(data, html, charset), errors="replace")


def _codec(data: bytes, html: bool, charset: str | None) -> str:
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    if charset and (named := _named(charset)):
        return named
    if html:
        for beginning, codec in _WIDE:
            if beginning.match(data):
                return codec
    if b"\0" in data[:4096]:
        raise PageError("it is a binary file, not text")
    if html and (declared := _declared(data[:_LOOK_AHEAD])):
        return declared
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _DEFAULT
    return "utf-8"


def _named(label: str) -> str | None:
    """Return the codec of what browsers understand by a label, None where they know none."""
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name == "x-user-defined":
        return _DEFAULT if encoding else None
    return _AS_BROWSERS_DO.get(encoding.name, encoding.codec_info.name)


def _declared(head: bytes) -> str | None:
    """Return the codec that a ``meta`` element or an XML declaration names."""
    if not _MENTIONED.search(head):  # most of the time that it takes to find none
        return None
    xml = _XML.match(head)
    for label in chain([xml.group(1)] if xml else [], map(_label, _metas(head))):
        if label and (named := _named(label.decode("ascii", errors="replace"))):
            # What was read as ASCII so far cannot be UTF-16.
            return "utf-8" if named.startswith("utf-16") else named
    return None


def _label(meta: dict[bytes, bytes]) -> bytes | None:
    if b"charset" in meta:
        return meta[b"charset"]
    if meta.get(b"http-equiv", b"").lower() != b"content-type":
        return None
    match = _CHARSET.search(meta.get(b"content", b""))
    return next(filter(None, match.groups()), None) if match else None


def _metas(head: bytes) -> Iterator[dict[bytes, bytes]]:
    """Yield the attributes of each ``meta`` element that ends in these bytes; comments are passed over."""
    at = 0
    while match := _MARKUP.search(head, at):
        if match.group(1):
            attributes, at = _attributes(head, match.end())
            if match.group(1).lower() == b"meta" and at < len(head):
                yield attributes
        else:
            end = b"-->" if match.group() == b"<!--" else b">"
            at = head.find(end, match.start() + 2)
            if at < 0:
                return


def _attributes(head: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag by their names, the first of a name, and where the tag ends."""
    found: dict[bytes, bytes] = {}
    while match := _ATTRIBUTE.match(head, at):
        name, *values = match.groups()
        found.setdefault(name.lower(), next(filter(None, values), b""))
        at = match.end()
    end = head.find(b">", at)
    return found, len(head) if end < 0 else end
