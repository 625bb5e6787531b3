"""Links: the address of a page, with what scrolls a browser to a quote on it.

Text fragments: https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from urllib.parse import quote

_WORDS = 5  # of the beginning and of the end of a quote
_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")


def quote_link(url: str | None, text: str, anchor: str | None = None) -> str | None:
    """Return the address that leads to a text on its page, None for a page without one."""
    if url is None:
        return None
    page, _, fragment = url.partition("#")
    return f"{page}#{fragment or anchor or ''}:~:text={_directive(text)}"


def _directive(text: str) -> str:
    lines = [_MARK.sub("", line).split("|")[0].split() for line in text.split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) <= 2 * _WORDS:
        return _encode(lines[0])
    return f"{_encode(lines[0][:_WORDS])},{_encode(lines[-1][-_WORDS:])}"


def _encode(words: list[str]) -> str:
    # A dash would be read as the mark of a prefix or suffix.
    return quote(" ".join(words), safe="").replace("-", "%2D")
