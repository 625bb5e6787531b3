"""Links: the address of a page, with what leads to a quote on it.

On a web page that is a text fragment, in a PDF its page, in a recording the time.
https://wicg.github.io/scroll-to-text-fragment/, RFC 8118, https://www.w3.org/TR/media-frags/
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

_WORDS = 5  # of the beginning and of the end of a quote
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029<>\"]")
_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
# Players that take the time from the query instead of the fragment.
_TIME_IN_QUERY = ("youtube.com", "youtu.be", "youtube-nocookie.com", "loom.com")


def vetted(address: str | None) -> str | None:
    """Return an address that may become a live link: http, https with a host, or mailto. None for any other.

    Browsers drop line ends and tabs from addresses and read a backslash as a slash, so those are not let through.
    """
    if address is None or _UNFIT.search(address):
        return None
    try:
        parts = urlsplit(address)
        return address if (parts.scheme == "mailto" and parts.path) or (_is_web(parts) and parts.port != 0) else None
    except ValueError:  # brackets that hold no IPv6 address, a port that is no number
        return None


def quote_link(url: str | None, text: str, anchor: str | None = None, locator: str | None = None) -> str | None:
    """Return the address that leads to a text on its page, None for a page without one."""
    if url is None:
        return None
    if locator is not None:
        return _place_link(url, locator)
    page, _, fragment = url.partition("#")
    return f"{page}#{fragment or anchor or ''}:~:text={_directive(text)}"


def _is_web(parts: SplitResult) -> bool:
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _place_link(url: str, locator: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    name, _, value = locator.partition("=")
    if name == "t" and host.endswith("vimeo.com"):
        locator += "s"
    if name == "t" and host in _TIME_IN_QUERY:
        others = [(key, said) for key, said in parse_qsl(parts.query, keep_blank_values=True) if key != "t"]
        return parts._replace(query=urlencode([*others, (name, value)])).geturl()
    return parts._replace(fragment=locator).geturl()


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
