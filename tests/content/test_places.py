"""Places: where a page's text stands in what it was read from, from the source to the snapshot and back."""

import sqlite3
from dataclasses import replace

import pytest

from content.archive import Archive
from content.catalog import Catalog
from content.model import Block, BlockKind, Page, Place
from tests.fakes import ingest_folder, open_snapshot
from tests.pdf import lines, make_pdf

PAGE = Page(
    "default", "p", "P", None, "One two. Three four.", (Block(BlockKind.PARAGRAPH, 0, 20),),
    places=(Place(0, "page=1"), Place(9, "page=2")),
)  # fmt: skip


def test_a_place_holds_up_to_the_next():
    assert [PAGE.locator(offset) for offset in (0, 8, 9, 19)] == ["page=1", "page=1", "page=2", "page=2"]
    assert replace(PAGE, places=()).locator(3) is None
    assert replace(PAGE, places=(Place(4, "t=7"),)).locator(3) is None


def test_the_digest_knows_places_and_is_as_ever_without():
    assert len({PAGE.digest, replace(PAGE, places=()).digest, replace(PAGE, places=PAGE.places[:1]).digest}) == 3
    # What the digest of this page was before there were places: pages published then must not be embedded anew.
    assert replace(PAGE, places=()).digest.startswith("20d293ee5b5023bfa0f8bfbb57a49212")


@pytest.fixture
def published(tmp_path):
    text = "Attention weighs the parts of an input by how relevant they are. " * 3
    (tmp_path / "pages").mkdir()
    pages = [lines(f"Page {word}\n{text}", 72, 500) for word in ("first", "second")]
    (tmp_path / "pages" / "talk.pdf").write_bytes(make_pdf(pages))
    (tmp_path / "pages" / "plain.md").write_text("# Plain\n\nNothing but words.\n")
    ingest_folder(tmp_path / "var", tmp_path / "pages")
    return tmp_path / "var"


def test_pages_and_passages_keep_their_places(published):
    snapshot = open_snapshot(published)
    page = snapshot.catalog.page("default", "talk")
    assert [place.locator for place in page.places] == ["page=1", "page=2"]
    found = [passage for passage, _, _ in snapshot.catalog.passages(range(2)).values()]
    assert {passage.page_id: passage.locator for passage in found} == {"plain": None, "talk": "page=1"}
    stored = snapshot.catalog.stored("default", "talk")
    assert stored.page.digest == stored.digest
    snapshot.catalog.close()


def test_a_catalog_from_before_there_were_places(published, tmp_path):
    folder = Archive(published).open_current().folder
    path = tmp_path / "old.sqlite"
    path.write_bytes((folder / "catalog.sqlite").read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE place")
    connection.close()
    catalog = Catalog.open(path)
    assert catalog.page("default", "talk").places == ()
    assert [passage.locator for passage, _, _ in catalog.passages(range(2)).values()] == [None, None]
    catalog.close()
