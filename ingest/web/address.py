"""Addresses: read strictly, and written in one way.

What a browser would mend is refused, because parsers differ in how they mend, and the difference is where attacks live
(Orange Tsai, "A New Era of SSRF", 2017). Hosts are normalised by UTS #46, paths and queries by RFC 3986, section 6.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

import idna

from content.errors import AddressRefused

DEFAULT_PORTS = {"http": 80, "https": 443}

_LONGEST = 2000  # characters
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_NETLOC = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::(?P<port>[1-9][0-9]{0,4})?)?")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# A host whose last label is a number is an IPv4 address to some parser (WHATWG URL, "ends in a number").
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What a path or a query may hold as it is; everything else is written as an escape.
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"

# Parameters that say who reads or whence, and never what is shown.
_TRACKING = re.compile(
    r"utm_\w+|gclid|gclsrc|dclid|fbclid|msclkid|yclid|twclid|igshid|mc_[ce]id|_ga|_gl|_hs(?:enc|mi)|mkt_tok|"
    r"jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|sess(?:ion)?_?id|oscsid|zenid",
    re.IGNORECASE,
)
# Names that are a session's on some sites and a page's on others: dropped where the value looks like a token.
_PERHAPS_SESSION = {"sid", "session", "s", "token"}
_TOKEN = re.compile(r"(?=[^0-9]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9_-]{16,}")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)

# Followed by people to a file, never to a page of text.
_NO_PAGE = frozenset(
    "png jpg jpeg gif webp avif svg ico bmp tif tiff mp3 mp4 m4a m4v mov avi mkv webm ogg ogv wav flac zip gz tgz bz2 "
    "xz 7z rar tar dmg exe msi deb rpm apk iso jar whl css js mjs map woff woff2 ttf otf eot wasm bin psd".split()
)


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address without user, password and fragment; two are equal where they lead to one page.

    ``host`` is lower-case ASCII, an IPv6 address in brackets.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port where it is not the scheme's own."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def target(self) -> str:
        """Path and query, as a request and patterns have them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def site(self) -> tuple[str, int]:
        """What the addresses of one site share: http and https, with and without ``www.``, are one."""
        return self.host.removeprefix("www."), 443 if self.port == 80 else self.port

    @property
    def ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The IP address that the host is, None for a name."""
        return _ip(self.host)

    @property
    def suffix(self) -> str:
        """The suffix of the file that the path names, lower-case with its dot; empty where there is none."""
        name = self.path.rpartition("/")[2]
        return f".{name.rpartition('.')[2].lower()}" if "." in name else ""

    @property
    def may_be_page(self) -> bool:
        """Whether its suffix is none of pictures, archives, programs and the like."""
        return self.suffix.removeprefix(".") not in _NO_PAGE

    def at(self, target: str) -> Address:
        """Return the address of another path on the same origin."""
        return parse(self.origin + target)

    def link(self, href: str) -> Address:
        """Return the address that a link on this page leads to. Raises AddressRefused for what is no link to a page."""
        href = re.sub(r"[\t\r\n]", "", href.strip()).replace(" ", "%20")
        if "\\" in href:
            raise AddressRefused(f"the link {href[:80]!r} holds a backslash")
        try:
            return parse(urljoin(str(self), href))
        except ValueError as error:
            raise AddressRefused(f"the link {href[:80]!r} is malformed: {error}") from error


@lru_cache(maxsize=1 << 16)
def parse(url: str) -> Address:
    """Return the address that a text is. Raises AddressRefused for anything but a plain http or https address."""
    shown = repr(url[:100])
    if len(url) > _LONGEST:
        raise AddressRefused(f"the address {shown}… is longer than {_LONGEST} characters")
    if _UNSAFE.search(url):
        raise AddressRefused(f"the address {shown} holds a space, a control character or a backslash")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressRefused(f"the address {shown} is malformed: {error}") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise AddressRefused(f"the address {shown} is not http or https")
    if "@" in parts.netloc:
        raise AddressRefused(f"the address {shown} holds a user name; give credentials by the source's settings")
    match = _NETLOC.fullmatch(parts.netloc)
    if match is None:
        raise AddressRefused(f"the address {shown} has no host, or a malformed one")
    port = int(match["port"] or DEFAULT_PORTS[parts.scheme])
    if port > 65535:
        raise AddressRefused(f"the address {shown} has no valid port")
    return Address(parts.scheme, _host(match["host"], shown), port, _path(parts.path), _query(parts.query))


def _host(host: str, shown: str) -> str:
    if host.startswith("["):
        address = _ip(host)
        if address is None:
            raise AddressRefused(f"the address {shown} has a malformed IPv6 host")
        return f"[{address.compressed}]"
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError as error:
        raise AddressRefused(f"the address {shown} has a malformed host: {error}") from error
    name = name.removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise AddressRefused(f"the address {shown} has a malformed host")
    if _NUMBER.fullmatch(name.rpartition(".")[2]) and (_ip(name) is None or not host.isascii()):
        raise AddressRefused(f"the address {shown} writes an IP address in an unusual way")
    return name


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.IPv6Address(host[1:-1]) if host.startswith("[") else ipaddress.IPv4Address(host)
    except ValueError:
        return None


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _escaped(_SESSION_IN_PATH.sub("", path), _PATH_SAFE).split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    if path.endswith(("/.", "/..")):
        segments.append("")
    return "/" + "/".join(segments)


def _query(query: str) -> str:
    kept = [part for part in _escaped(query, _QUERY_SAFE).split("&") if part and not _says_nothing(part)]
    return "&".join(kept)


def _says_nothing(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if _TRACKING.fullmatch(name):
        return True
    return name.lower() in _PERHAPS_SESSION and _TOKEN.fullmatch(value) is not None


def _escaped(text: str, safe: str) -> str:
    """Return a part of an address with escapes where they are needed, and only there."""
    text = _ESCAPE.sub(_unescape, text)
    return quote(re.sub(r"%(?![0-9A-F]{2})", "%25", text), safe=safe)


def _unescape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else f"%{match[1].upper()}"
