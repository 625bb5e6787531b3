"""The addresses of pages: which page a link leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from os.path import exists, isdir
from posixpath import commonprefix, dirname, join, normpath
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from content.model import Page
from content.snapshot import Snapshot

_SUFFIX = re.compile(r"\.(?:md|markdown|html?|xhtml)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:^|/)(?:_?index|readme)$", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\.\w{1,5}$")  # a picture, a download

Key = tuple[str, str]  # the collection and the id of a page


class Way(StrEnum):
    """How a link was read: as a path in its folder, or as an address on the web."""

    PATH = "path"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads: to a place of a page, or nowhere (None) although there should be a page.

    ``by_alias`` is whether it names another address of the page than the page's own.
    """

    page: Key | None
    fragment: str
    way: Way
    by_alias: bool = False


@dataclass(slots=True)
class _Source:
    """The pages of a source by their paths, by their addresses and by others that lead to them.

    ``prefix`` is how the addresses of all pages begin. ``documents`` are those of which every page is a place.
    """

    by_path: dict[str, Key] = field(default_factory=dict)
    by_address: dict[str, Key] = field(default_factory=dict)
    by_alias: dict[str, Key] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    prefix: str = ""


class Addresses:
    """The addresses of a snapshot's pages, source by source."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._sources: dict[str, _Source] = defaultdict(_Source)
        self._source_of = {key: state.source for key, state in snapshot.catalog.page_keys().items()}
        for collection, page_id, url in snapshot.catalog.page_addresses():
            source = self._sources[self._source_of[collection, page_id]]
            source.by_path.setdefault(_path(page_id), (collection, page_id))
            if url and (address := _address_or_none(url)):
                source.by_address.setdefault(address, (collection, page_id))
                if "#" in address:
                    source.documents.add(address.partition("#")[0])
        for collection, page_id, url in snapshot.catalog.other_addresses():
            if address := _address_or_none(url):
                source = self._sources[self._source_of[collection, page_id]]
                source.by_alias.setdefault(address, (collection, page_id))
        for source in self._sources.values():
            source.prefix = dirname(commonprefix(list(source.by_address))) + "/"

    def source(self, page: Page) -> str:
        """Return where a page comes from."""
        return self._source_of[page.collection, page.page_id]

    def paths(self, page: Page) -> Sequence[str]:
        """Return the paths of all pages of a page's source."""
        return list(self._sources[self.source(page)].by_path)

    def destination(self, page: Page, target: str) -> Destination | None:
        """Return where a link on a page leads; None where that is another site, or cannot be told."""
        try:
            return self._destination(page, target)
        except ValueError:  # what is no address at all, such as http://[
            return None

    def _destination(self, page: Page, target: str) -> Destination | None:
        address, fragment = urldefrag(target)
        location = self.source(page)
        source = self._sources[location]
        if not address:
            return self._entry(page, fragment) or Destination((page.collection, page.page_id), fragment, Way.PATH)
        url = page.url if page.url and _address_or_none(page.url) else None
        full = urljoin(url, target) if url else ""
        if url and (found := _on_the_web(full, source.by_address)):
            return Destination(found, fragment, Way.WEB)
        if url and (found := _on_the_web(full, source.by_alias)):
            return Destination(found, fragment, Way.WEB, by_alias=True)
        if url and _address(urldefrag(full).url) in source.documents:
            return None  # its entries are pages; what other places it has is not known
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            lost = url and _address(urljoin(url, address)).startswith(source.prefix)
            return Destination(None, fragment, Way.WEB) if lost and not _is_file(parts.path) else None
        path = normpath(join(dirname(page.page_id), unquote(parts.path)))
        if found := source.by_path.get(_path(path)):
            return Destination(found, fragment, Way.PATH)
        return Destination(None, fragment, Way.PATH) if _is_missing(location, path) else None

    def _entry(self, page: Page, fragment: str) -> Destination | None:
        """Return another entry of the page that a page is an entry of."""
        key = (page.collection, f"{page.page_id.partition('#')[0]}#{unquote(fragment)}")
        return Destination(key, "", Way.PATH) if "#" in page.page_id and key in self._source_of else None


def _on_the_web(url: str, pages: Mapping[str, Key]) -> Key | None:
    return pages.get(_address(url)) or pages.get(_address(urldefrag(url).url))


def _is_missing(folder: str, path: str) -> bool:
    """Whether a page should be at a path of a folder and is not.

    What a part of a site links to that is not in the folder at all cannot be told.
    """
    if path.startswith(("..", "/")) or _is_file(path) or not isdir(folder):
        return False
    return isdir(join(folder, dirname(path))) and not exists(join(folder, path))


def _is_file(path: str) -> bool:
    """Whether a path names what is no page."""
    return _ELSEWHERE.search(path) is not None and _SUFFIX.search(path) is None


def _path(path: str) -> str:
    return _INDEX.sub("", _SUFFIX.sub("", path.strip("/"))) or "."


def _address_or_none(url: str) -> str | None:
    try:
        return _address(url)
    except ValueError:  # it is none
        return None


def _address(url: str) -> str:
    """Return an address without what two addresses of one page may differ by."""
    parts = urlsplit(url)
    path = _path(unquote(parts.path))
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{unquote(parts.fragment)}" if parts.fragment else ""
    return f"{parts.netloc.casefold()}/{path.removeprefix('.')}{query}{fragment}"
