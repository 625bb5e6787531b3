"""The writer of a catalog: page after page becomes rows of SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from content.catalog import ADDED, INDEX, SCHEMA, Catalog, StoredPage
from content.model import Passage, Term


class CatalogWriter:
    """Writes a new catalog of a snapshot of this time; passages get their rows in the order in which they come."""

    def __init__(self, path: Path, created: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # The folder is a draft until it is renamed: a crash needs no journal, and the caller syncs the file.
        self._connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}"
            f"{''.join(f'CREATE {table}' for table in ADDED.values())} {INDEX} BEGIN;"
        )
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
        addresses = [(page.collection, url, page.page_id) for url in page.addresses]
        write("INSERT OR IGNORE INTO address VALUES (?,?,?)", addresses)
        write("INSERT INTO link VALUES (?,?,?)", [(number, link.start, link.target) for link in page.links])
        if page.anchors is not None:
            write("INSERT INTO anchors VALUES (?,?)", [(number, _names(page.anchors))])
        revision = (number, stored.published or self._created, stored.changed or self._created)
        write("INSERT INTO revision VALUES (?,?,?)", [revision])
        self._pages += 1
        self._rows += len(records)

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
