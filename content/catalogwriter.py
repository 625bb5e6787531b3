"""The writer of a catalog: page after page becomes rows of SQLite."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from content.catalog import Catalog, Origin, StoredPage
from content.model import Passage, Term
from content.snapshot import CATALOG, Snapshot
from content.tables import ADDED, INDEX, SCHEMA

# What is copied of pages from :first up to :stop of another catalog, whose passages are those from :row up to :end;
# their numbers and rows move by :pages and :rows.
_COPIED = {
    "page": "SELECT number + :pages, collection, page_id, title, url, text, blocks, entry, digest, source, "
    "first_row + :rows, passages FROM before.page WHERE number >= :first AND number < :stop ORDER BY number",
    "passage": "SELECT row + :rows, page + :pages, passage_id, heading, anchor, kind, text, start, stop "
    "FROM before.passage WHERE row >= :row AND row < :end ORDER BY row",
    "place": "SELECT page + :pages, start, locator FROM before.place WHERE page >= :first AND page < :stop",
    "link": "SELECT page + :pages, start, target FROM before.link WHERE page >= :first AND page < :stop",
    "anchors": "SELECT page + :pages, names FROM before.anchors WHERE page >= :first AND page < :stop",
    "revision": "SELECT number + :pages, coalesce(published, :created), coalesce(changed, :created) "
    "FROM before.page LEFT JOIN before.revision ON revision.page = number WHERE number >= :first AND number < :stop",
}
_COPIED_ADDRESSES = (
    "INSERT OR IGNORE INTO address SELECT collection, address.url, page_id FROM before.page "
    "JOIN before.address USING (collection, page_id) WHERE number >= :first AND number < :stop ORDER BY number"
)
_ORIGIN = (
    "INSERT OR IGNORE INTO origin SELECT number, ?, ?, ? FROM page WHERE collection = ? AND page_id = ? AND source = ?"
)
# A page of the same source that says the same may be made from what it was made from before.
_ORIGINS_BEFORE = (
    "INSERT OR IGNORE INTO origin SELECT page.number, document, origin.blocks, furniture FROM before.origin "
    "JOIN before.page AS old ON old.number = origin.page "
    "JOIN main.page AS page USING (collection, page_id, source, digest)"
)
_DATED = (
    "INSERT INTO revision SELECT number + :pages, :created, :created FROM before.page "
    "WHERE number >= :first AND number < :stop"
)


class CatalogWriter:
    """Writes a new catalog of a snapshot of this time; passages get their rows in the order in which they come.

    ``maker`` is who writes it (Catalog.maker), ``before`` the snapshot whose pages may be copied.
    """

    def __init__(self, path: Path, created: str, maker: str = "", before: Snapshot | None = None) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, uri=True)
        self._before = before
        if before is not None:
            address = f"{(before.folder / CATALOG).resolve().as_uri()}?mode=ro&immutable=1"
            self._connection.execute("ATTACH ? AS before", (address,))
            found = self._connection.execute("SELECT name FROM before.sqlite_schema")
            self._known = {name for (name,) in found}  # tables; catalogs of old have fewer
        # The folder is a draft until it is renamed: a crash needs no journal, and the caller syncs the file.
        self._connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}"
            f"{''.join(f'CREATE {table}' for table in ADDED.values())} {INDEX} BEGIN;"
        )
        self._connection.execute("INSERT INTO maker VALUES (?)", (maker,))
        self._created = created
        self._pages = self._rows = 0

    def add(self, stored: StoredPage) -> None:
        """Write a page with its passages."""
        number, row, page = self._pages, self._rows, stored.page
        write = self._connection.executemany
        write("INSERT INTO page VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [_page_record(number, stored, row)])
        records = [_passage_record(row + i, number, passage) for i, passage in enumerate(stored.passages)]
        write("INSERT INTO passage VALUES (?,?,?,?,?,?,?,?,?)", records)
        write("INSERT INTO place VALUES (?,?,?)", [(number, place.start, place.locator) for place in page.places])
        self._add_addresses(page.collection, page.page_id, page.addresses)
        write("INSERT INTO link VALUES (?,?,?)", [(number, link.start, link.target) for link in page.links])
        if page.anchors is not None:
            write("INSERT INTO anchors VALUES (?,?)", [(number, _names(page.anchors))])
        revision = (number, stored.published or self._created, stored.changed or self._created)
        write("INSERT INTO revision VALUES (?,?,?)", [revision])
        self._pages += 1
        self._rows += len(records)

    def copy(self, pages: range, rows: range, addresses: Sequence[str] | None) -> None:
        """Copy pages of the snapshot before with their passages, by their numbers and rows there.

        ``addresses`` are in place of a single page's own.
        """
        assert self._before is not None, "there is nothing to copy"
        moved = {"first": pages.start, "stop": pages.stop, "pages": self._pages - pages.start}
        moved |= {"row": rows.start, "end": rows.stop, "rows": self._rows - rows.start}
        values = moved | {"created": self._before.manifest.created}
        for table, selected in _COPIED.items():
            if table in self._known:
                self._connection.execute(f"INSERT INTO {table} {selected}", values)
        if "revision" not in self._known:
            self._connection.execute(_DATED, values)
        if addresses is not None:
            self._add_addresses(*self._before.catalog.key(pages.start), addresses)
        elif "address" in self._known:
            self._connection.execute(_COPIED_ADDRESSES, values)
        self._pages += len(pages)
        self._rows += len(rows)

    def set_anchors(self, pages: Iterable[tuple[tuple[str, str], Sequence[str]]]) -> None:
        """Set the anchors of pages that were written with others, by (collection, page_id)."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO anchors SELECT number, ? FROM page WHERE collection = ? AND page_id = ?",
            ((_names(anchors), *key) for key, anchors in pages),
        )

    def add_terms(self, terms: Iterable[Term]) -> None:
        """Write terms."""
        self._connection.executemany("INSERT INTO term VALUES (?,?,?,?,?,?,?,?,?,?)", map(_term_record, terms))

    @property
    def written(self) -> Catalog:
        """What was written so far, to read; it ends with the writer."""
        return Catalog(self._connection)

    def add_origins(self, source: str, origins: Iterable[tuple[str, str, Origin]]) -> None:
        """Write what pages of a source were made from, by (collection, page_id); another source's are left out."""
        records = (
            (origin.document, array("q", origin.blocks), array("q", origin.furniture), collection, page_id, source)
            for collection, page_id, origin in origins
        )
        self._connection.executemany(_ORIGIN, records)

    def keep_origins(self) -> None:
        """Copy what kept pages were made from; the same code must have made the snapshot before."""
        self._connection.execute(_ORIGINS_BEFORE)

    def _add_addresses(self, collection: str, page_id: str, addresses: Iterable[str]) -> None:
        records = [(collection, url, page_id) for url in addresses]
        self._connection.executemany("INSERT OR IGNORE INTO address VALUES (?,?,?)", records)

    def finish(self) -> None:
        """End the file."""
        self._connection.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()


def _page_record(number: int, stored: StoredPage, first_row: int) -> tuple[Any, ...]:
    page = stored.page
    blocks = _dump([[block.kind, block.start, block.end, block.level, block.anchor] for block in page.blocks])
    entry = _dump(asdict(page.entry)) if page.entry else None
    return (
        number, page.collection, page.page_id, page.title, page.url, page.text, blocks, entry,
        stored.digest, stored.source, first_row, len(stored.passages),
    )  # fmt: skip


def _passage_record(row: int, page: int, passage: Passage) -> tuple[Any, ...]:
    return (
        row, page, passage.passage_id, _dump(passage.heading), passage.anchor, passage.kind.value, passage.text,
        passage.start, passage.end,
    )  # fmt: skip


def _term_record(term: Term) -> tuple[Any, ...]:
    return (
        term.collection, term.slug, term.name, _dump(term.aliases), term.definition, term.start, term.end,
        _dump(term.related), term.page_id, term.url,
    )  # fmt: skip


def _names(anchors: Sequence[str]) -> str:
    return json.dumps(anchors)  # escaped, since anything may stand there


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
