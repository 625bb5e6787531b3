"""Links: from the source to the snapshot and back."""

import sqlite3
from dataclasses import replace

import pytest

from content.archive import Archive
from content.catalog import Catalog
from content.model import Block, BlockKind, Link, Page
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages

PAGE = Page("default", "p", "P", None, "One two.", (Block(BlockKind.PARAGRAPH, 0, 8),), links=(Link(0, "b.md"),))
SOURCE = "# A\n\nFirst words.\n\nSee [b](b.md), [again](b.md) and [a](a.md#x).\n\n- an [item](c.md)\n"


def test_the_digest_knows_links_and_is_as_ever_without():
    assert len({PAGE.digest, replace(PAGE, links=()).digest, replace(PAGE, links=(Link(0, "c.md"),)).digest}) == 3
    # What the digest of this page was before there were links: pages published then must not be embedded anew.
    assert replace(PAGE, links=()).digest.startswith("e8ff57bfec924bacb0b42be7670efda1")


@pytest.fixture
def published(tmp_path):
    ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", {"a.md": SOURCE, "b.md": "# B\n\nNo links.\n"}))
    return tmp_path / "var"


def test_pages_keep_their_links(published):
    catalog = open_snapshot(published).catalog
    page = catalog.page("default", "a")
    second, item = page.text.index("See b"), page.text.index("an item")
    assert page.links == (Link(second, "a.md#x"), Link(second, "b.md"), Link(item, "c.md"))
    assert [one.page_id for one in catalog.pages()] == ["a", "b"]
    assert list(catalog.pages()) == [page, catalog.page("default", "b")]
    stored = catalog.stored("default", "a")
    assert stored.page.digest == stored.digest
    catalog.close()


def test_links_do_not_make_a_page_seem_changed(published, tmp_path):
    embedder = HashingEmbedder()
    assert not ingest_folder(published, tmp_path / "pages", embedder=embedder).published
    assert embedder.embedded == []


def test_a_catalog_from_before_there_were_links(published, tmp_path):
    folder = Archive(published).open_current().folder
    path = tmp_path / "old.sqlite"
    path.write_bytes((folder / "catalog.sqlite").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE link")
        connection.execute("DROP TABLE place")
    connection.close()
    catalog = Catalog.open(path)
    assert (catalog.page("default", "a").links, catalog.page("default", "a").places) == ((), ())
    catalog.close()
