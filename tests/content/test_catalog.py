import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from content.catalog import Catalog, Revision, StoredPage
from content.catalogwriter import CatalogWriter
from content.errors import NotFound
from content.model import Page

APPLE = Page("default", "https://example.com/apple", "Apple", "https://example.com/apple", "An apple is a fruit.", ())
CREATED = "2026-01-02T03:04:05+00:00"
BANANA = replace(APPLE, page_id="https://example.com/banana", title="Banana")


def written(folder: Path, *pages: Page) -> Path:
    path = folder / "catalog.sqlite3"
    writer = CatalogWriter(path, CREATED)
    for page in pages:
        writer.add(StoredPage(page, "source", page.digest, ()))
    writer.finish()
    return path


def test_other_addresses_of_a_page(tmp_path):
    reached = replace(APPLE, addresses=("https://example.com/old", BANANA.page_id))
    catalog = Catalog.open(written(tmp_path, reached, BANANA))
    assert catalog.page_at("default", "https://example.com/old").title == "Apple"
    assert catalog.page_at("default", BANANA.page_id).title == "Banana"  # a page's own id comes first
    assert catalog.stored("default", APPLE.page_id).page.addresses == tuple(sorted(reached.addresses))
    for collection, url in (("other", "https://example.com/old"), ("default", "https://example.com/none")):
        with pytest.raises(NotFound):
            catalog.page_at(collection, url)
    catalog.close()


def test_addresses_change_nothing_of_what_a_page_says():
    assert replace(APPLE, addresses=("https://example.com/old",)).digest == APPLE.digest
    # The digest is that of snapshots from before there were addresses: nothing is embedded again for them.
    assert APPLE.digest == "ec12d04f47ccc0f02435a860a31bc71b16c9164264eebce78c834eef318d6044"


def test_a_catalog_from_before_there_were_addresses(tmp_path):
    path = written(tmp_path, APPLE)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE address")
    connection.close()
    catalog = Catalog.open(path)
    assert catalog.stored("default", APPLE.page_id).page == APPLE
    assert catalog.page_at("default", APPLE.page_id) == APPLE
    with pytest.raises(NotFound):
        catalog.page_at("default", "https://example.com/old")
    catalog.close()


def test_anchors_change_nothing_of_what_a_page_says(tmp_path):
    places = replace(APPLE, anchors=("peel", "\ud800", "a b"))
    assert places.digest == APPLE.digest
    none = replace(BANANA, anchors=())
    catalog = Catalog.open(written(tmp_path, places, none))
    assert [page.anchors for page in catalog.pages()] == [places.anchors, ()]
    assert catalog.stored("default", APPLE.page_id).page == places
    catalog.close()


def test_a_catalog_from_before_there_were_anchors(tmp_path):
    path = written(tmp_path, replace(APPLE, anchors=("peel",)))
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE anchors")
    connection.close()
    catalog = Catalog.open(path)
    assert catalog.page("default", APPLE.page_id).anchors is None
    catalog.close()


def test_a_page_without_times_is_of_the_snapshot_that_is_written(tmp_path):
    old = "2025-01-01T00:00:00+00:00"
    path = tmp_path / "catalog.sqlite3"
    known = StoredPage(BANANA, "source", BANANA.digest, (), published=old)
    writer = CatalogWriter(path, CREATED)
    writer.add(StoredPage(APPLE, "source", APPLE.digest, ()))
    writer.add(known)
    writer.finish()
    catalog = Catalog.open(path)
    assert catalog.revision("default", APPLE.page_id) == Revision(CREATED, CREATED)
    assert catalog.revision("default", BANANA.page_id) == Revision(old, CREATED)
    assert catalog.revision("other", BANANA.page_id) is None
    catalog.close()
