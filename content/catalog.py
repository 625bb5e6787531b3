"""The catalog: a snapshot's pages, passages and terms in one SQLite file.

SQLite maps the file and reads what is asked for, so opening costs the same for ten pages and for a million.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from content.errors import NotFound
from content.model import (
    Block,
    BlockKind,
    Entry,
    Link,
    Page,
    Passage,
    PassageKind,
    Place,
    Term,
    is_question,
    under_headings,
)
from content.tables import ADDED

_LISTED = "SELECT number, collection, page_id, title FROM page WHERE number > ?"
_PASSAGE = (
    "SELECT row, passage_id, page.collection, page.page_id, heading, anchor, kind, passage.text, start, stop, "
    "(SELECT locator FROM place WHERE place.page = passage.page AND place.start <= passage.start "
    "ORDER BY place.start DESC LIMIT 1), "
    "title, url FROM passage JOIN page ON page.number = passage.page"
)


@dataclass(frozen=True, slots=True)
class Revision:
    """When a page was first published, and when what it says last changed: UTC, ISO 8601."""

    published: str
    changed: str


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page with where it came from, and its passages' rows in the snapshot's vectors.

    ``published`` and ``changed`` are as in Revision, None where the snapshot being written is the first to have it so.
    """

    page: Page
    source: str
    digest: str
    passages: tuple[Passage, ...]
    first_row: int = 0
    published: str | None = None
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page was made from: the digest of its document, and of the blocks in that which may be furniture.

    ``furniture`` are those ``blocks`` that were left out (ingest/furniture.py).
    """

    document: bytes
    blocks: tuple[int, ...]
    furniture: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageKey:
    """What an ingest must know of a published page to tell whether it changed, and its number."""

    digest: str
    source: str
    number: int


class Catalog:
    """The open, read-only catalog of a snapshot. Threads may share it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Catalog:
        """Open a published catalog; SQLite is told that the file never changes, so it takes no locks."""
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        # The first question opens the file.
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        for name, table in ADDED.items():
            if name not in tables:
                # It was published before pages had this: an empty table stands in, in memory.
                connection.executescript(f"PRAGMA temp_store = MEMORY; CREATE TEMPORARY {table}")
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def maker(self) -> str | None:
        """What code and which libraries derived what is here from pages (ingest/maker.py), None in catalogs of old."""
        found = self._connection.execute("SELECT digest FROM maker").fetchone()
        return found[0] if found else None

    def titles(self) -> list[str]:
        """Return the titles of all pages by their number."""
        return [title for (title,) in self._connection.execute("SELECT title FROM page ORDER BY number")]

    def page_titles(self) -> list[tuple[str, str, str]]:
        """Return the collection, the id and the title of all pages by their number."""
        return list(self._connection.execute("SELECT collection, page_id, title FROM page ORDER BY number"))

    def listed(self, collections: Sequence[str] | None, after: int, limit: int) -> list[tuple[int, str, str, str]]:
        """Return number, collection, id and title of the next pages after the one with this number, in its order."""
        where, among = "", []
        if collections is not None:
            where, among = f"AND collection IN ({','.join('?' * len(collections))})", list(collections)
        query = f"{_LISTED} {where} ORDER BY number LIMIT ?"
        return list(self._connection.execute(query, [after, *among, limit]))

    def page_addresses(self) -> list[tuple[str, str, str | None]]:
        """Return the collection, the id and the address of all pages by their number."""
        return list(self._connection.execute("SELECT collection, page_id, url FROM page ORDER BY number"))

    def other_addresses(self) -> list[tuple[str, str, str]]:
        """Return the collection, the id and an address of every page that other addresses lead to, for each of them."""
        return list(self._connection.execute("SELECT collection, page_id, url FROM address ORDER BY 1, 2, 3"))

    def page_numbers(self) -> list[int]:
        """Return the number of each passage's page, by row."""
        return [page for (page,) in self._connection.execute("SELECT page FROM passage ORDER BY row")]

    def page_ids(self) -> list[str]:
        """Return the ids of all pages by their number."""
        return [page_id for (page_id,) in self._connection.execute("SELECT page_id FROM page ORDER BY number")]

    def keys(self) -> list[tuple[str, str]]:
        """Return the (collection, page_id) of all pages by their number."""
        return list(self._connection.execute("SELECT collection, page_id FROM page ORDER BY number"))

    def key(self, page: int) -> tuple[str, str]:
        """Return the (collection, page_id) of a page, by its number."""
        collection, page_id = self._connection.execute(
            "SELECT collection, page_id FROM page WHERE number = ?", (page,)
        ).fetchone()
        return collection, page_id

    def questions(self) -> dict[int, str]:
        """Return the questions that pages ask themselves, by the row of the passage that answers."""
        found = self._connection.execute(
            "SELECT row, heading FROM passage WHERE kind = ?", (PassageKind.QUESTION.value,)
        )
        return {row: json.loads(heading)[-1] for row, heading in found}

    def definitions(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the number of the page and the row of the passage that define a term, by (collection, slug)."""
        found = self._connection.execute(
            "SELECT term.collection, slug, page.number, min(row) FROM term "
            "JOIN page ON page.collection = term.collection AND page.page_id = term.page_id "
            "JOIN passage ON passage.row >= first_row AND passage.row < first_row + passages "
            "AND passage.stop > term.start GROUP BY 1, 2"
        )
        return {(collection, slug): (page, row) for collection, slug, page, row in found}

    def embedded(self, rows: range) -> Iterator[tuple[str, str]]:
        """Yield the collection of each of these passages and its text under its title and headings."""
        found = self._connection.execute(
            "SELECT collection, title, heading, passage.text FROM passage JOIN page ON number = page "
            "WHERE row >= ? AND row < ? ORDER BY row",
            (rows.start, rows.stop),
        )
        for collection, title, heading, text in found:
            yield collection, under_headings(title, tuple(json.loads(heading)), text)

    def texts(self, collection: str) -> Iterator[str]:
        """Yield the texts of a collection's pages by their number."""
        found = self._connection.execute("SELECT text FROM page WHERE collection = ? ORDER BY number", (collection,))
        return (text for (text,) in found)

    def asking(self, collection: str) -> int:
        """Return how many pages of a collection have a question for a title."""
        titles = self._connection.execute("SELECT title FROM page WHERE collection = ?", (collection,))
        return sum(is_question(title) for (title,) in titles)

    def titles_of(self, pages: Collection[int]) -> list[tuple[int, str]]:
        """Return the numbers and titles of these pages, in any order."""
        query = "SELECT number, title FROM page WHERE number IN (SELECT value FROM json_each(?))"
        return list(self._connection.execute(query, [json.dumps(sorted(pages))]))

    def question(self, row: int) -> str:
        """Return the question that a passage answers, by its row; it must answer one."""
        (heading,) = self._connection.execute("SELECT heading FROM passage WHERE row = ?", (row,)).fetchone()
        asked: str = json.loads(heading)[-1]
        return asked

    def rows(self, pages: range) -> range:
        """Return the rows of the passages of these pages, by their numbers."""
        query = "SELECT min(first_row), max(first_row + passages) FROM page WHERE number >= ? AND number < ?"
        return range(*self._connection.execute(query, (pages.start, pages.stop)).fetchone())

    def passages(self, rows: Sequence[int]) -> dict[int, tuple[Passage, str, str | None]]:
        """Return passages by row, each with its page's title and address."""
        marks = ",".join("?" * len(rows))
        found = self._connection.execute(f"{_PASSAGE} WHERE row IN ({marks})", [int(row) for row in rows])
        return {record[0]: (_passage(record), record[-2], record[-1]) for record in found}

    def row(self, passage_id: str) -> int:
        """Return the row of a passage. Raises NotFound."""
        found = self._connection.execute("SELECT row FROM passage WHERE passage_id = ?", (passage_id,)).fetchone()
        if found is None:
            raise NotFound(f"there is no passage {passage_id!r}")
        return int(found[0])

    def page(self, collection: str, page_id: str) -> Page:
        """Return a page. Raises NotFound."""
        record = self._connection.execute(
            "SELECT number, collection, page_id, title, url, text, blocks, entry FROM page "
            "WHERE collection = ? AND page_id = ?",
            (collection, page_id),
        ).fetchone()
        if record is None:
            raise NotFound(f"there is no page {page_id!r} in the collection {collection!r}")
        number, *said = record
        return self._whole(number, said)

    def __iter__(self) -> Iterator[Page]:
        return self.pages()

    def pages(self) -> Iterator[Page]:
        """Yield all pages by their number; only one of them is held at a time."""
        found = self._connection.execute(
            "SELECT number, collection, page_id, title, url, text, blocks, entry FROM page ORDER BY number"
        )
        for number, *said in found:
            yield self._whole(number, said)

    def page_at(self, collection: str, url: str) -> Page:
        """Return the page that is known by an id, or that another address leads to. Raises NotFound."""
        try:
            return self.page(collection, url)
        except NotFound:
            query = "SELECT page_id FROM address WHERE collection = ? AND url = ?"
            found = self._connection.execute(query, (collection, url)).fetchone()
            if not found:
                raise
            return self.page(collection, found[0])

    def page_keys(self) -> dict[tuple[str, str], PageKey]:
        """Return the digest, the source and the number of every page by (collection, page_id)."""
        found = self._connection.execute("SELECT collection, page_id, digest, source, number FROM page")
        return {(collection, page_id): PageKey(*known) for collection, page_id, *known in found}

    def digests(self) -> Iterator[tuple[tuple[str, str], str, str]]:
        """Yield (collection, page_id), digest and title of all pages by their number."""
        found = self._connection.execute("SELECT collection, page_id, digest, title FROM page ORDER BY number")
        return (((collection, page_id), digest, title) for collection, page_id, digest, title in found)

    def related(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return the names that pages say of themselves as entries they are related to, by (collection, page_id)."""
        found = self._connection.execute("SELECT collection, page_id, entry FROM page WHERE entry IS NOT NULL")
        return {(collection, page_id): _entry(json.loads(entry)).related for collection, page_id, entry in found}

    def revision(self, collection: str, page_id: str) -> Revision | None:
        """Return when a page was published and changed, None in catalogs of old."""
        found = self._connection.execute(
            "SELECT published, changed FROM page JOIN revision ON revision.page = page.number "
            "WHERE collection = ? AND page_id = ?",
            (collection, page_id),
        ).fetchone()
        return Revision(*found) if found else None

    def origin(self, collection: str, page_id: str, source: str) -> Origin | None:
        """Return what a page of this source was made from, None where that was not kept."""
        found = self._connection.execute(
            "SELECT document, origin.blocks, furniture FROM page JOIN origin ON origin.page = page.number "
            "WHERE collection = ? AND page_id = ? AND source = ?",
            (collection, page_id, source),
        ).fetchone()
        if found is None:
            return None
        document, *digests = found
        blocks, furniture = (tuple(array("q", packed)) for packed in digests)
        return Origin(document, blocks, furniture)

    def stored(self, collection: str, page_id: str) -> StoredPage:
        """Return a page with its passages. Raises NotFound."""
        page = self.page(collection, page_id)
        source, digest, first_row, count = self._connection.execute(
            "SELECT source, digest, first_row, passages FROM page WHERE collection = ? AND page_id = ?",
            (collection, page_id),
        ).fetchone()
        # By rows, since passages have no index by page.
        found = self._connection.execute(
            f"{_PASSAGE} WHERE row >= ? AND row < ? ORDER BY row", (first_row, first_row + count)
        )
        passages = tuple(map(_passage, found))
        return StoredPage(
            replace(page, addresses=self.addresses(collection, page_id)), source, digest, passages, first_row
        )

    def addresses(self, collection: str, page_id: str) -> tuple[str, ...]:
        """Return the other addresses that lead to a page."""
        found = self._connection.execute(
            "SELECT url FROM address WHERE collection = ? AND page_id = ? ORDER BY url", (collection, page_id)
        )
        return tuple(url for (url,) in found)

    def _whole(self, number: int, said: Sequence[Any]) -> Page:
        places = self._connection.execute("SELECT start, locator FROM place WHERE page = ? ORDER BY start", (number,))
        links = self._connection.execute("SELECT start, target FROM link WHERE page = ? ORDER BY 1, 2", (number,))
        page = _page(said, tuple(Place(*place) for place in places), tuple(Link(*link) for link in links))
        found = self._connection.execute("SELECT names FROM anchors WHERE page = ?", (number,)).fetchone()
        return replace(page, anchors=tuple(json.loads(found[0]))) if found else page

    def terms(self) -> Iterator[Term]:
        """Yield all terms by collection and slug."""
        for record in self._connection.execute("SELECT * FROM term ORDER BY collection, slug"):
            collection, slug, name, aliases, definition, start, stop, related, page_id, url = record
            yield Term(
                slug=slug,
                name=name,
                aliases=tuple(json.loads(aliases)),
                definition=definition,
                start=start,
                end=stop,
                related=tuple(json.loads(related)),
                collection=collection,
                page_id=page_id,
                url=url,
            )


def _page(record: Sequence[Any], places: tuple[Place, ...], links: tuple[Link, ...]) -> Page:
    collection, page_id, title, url, text, blocks, entry = record
    return Page(
        collection=collection,
        page_id=page_id,
        title=title,
        url=url,
        text=text,
        blocks=tuple(Block(BlockKind(kind), *rest) for kind, *rest in json.loads(blocks)),
        entry=_entry(json.loads(entry)) if entry else None,
        places=places,
        links=links,
    )


def _entry(said: Mapping[str, Any]) -> Entry:
    start_end = said["definition"]
    return Entry(tuple(said["aliases"]), tuple(start_end) if start_end else None, tuple(said["related"]))


def _passage(record: tuple[Any, ...]) -> Passage:
    _, passage_id, collection, page_id, heading, anchor, kind, text, start, stop, locator, *_ = record
    return Passage(
        passage_id=passage_id,
        collection=collection,
        page_id=page_id,
        heading=tuple(json.loads(heading)),
        anchor=anchor,
        kind=PassageKind(kind),
        text=text,
        start=start,
        end=stop,
        locator=locator,
    )
