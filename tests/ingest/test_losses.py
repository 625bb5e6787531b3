"""A source that loses most of its pages keeps those that are published."""

import json

import pytest

from content.archive import Archive
from ingest.check import CheckOptions
from ingest.pipeline import IngestOptions, ingest
from ingest.sources import Source
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages

FORCED = IngestOptions(check=CheckOptions(force=True))


def article(number):
    """Return a page that defines nothing and asks nothing: the questions of the check do not see it."""
    body = " ".join(f"In chapter {number} the {word} of part {number} is described at length." for word in "abcdefghij")
    return f"# Part {number}\n\n{body}\n"


def names(count):
    return [f"part-{number:02}" for number in range(count)]


def folder(path, count):
    return write_pages(path, {f"{name}.md": article(number) for number, name in enumerate(names(count))})


@pytest.fixture
def pages(tmp_path):
    return folder(tmp_path / "pages", 40)


@pytest.fixture
def var(tmp_path, pages):
    ingest_folder(tmp_path / "var", pages)
    return tmp_path / "var"


def drop(pages, dropped):
    for name in dropped:
        (pages / f"{name}.md").unlink()


def published(var):
    snapshot = open_snapshot(var)
    try:
        return set(snapshot.catalog.page_ids())
    finally:
        snapshot.catalog.close()


def test_a_source_that_loses_most_of_its_pages_is_held_back_and_listed(pages, var):
    before = Archive(var).current_id()
    drop(pages, names(40)[3:])
    embedder = HashingEmbedder()
    report = ingest_folder(var, pages, embedder=embedder)
    assert not report.published
    assert not report.complete
    assert report.check.held
    (loss,) = report.check.lost
    assert (loss.location, loss.collection) == (str(pages), "default")
    assert (loss.before, loss.now, loss.gone, loss.emptied) == (40, 3, 37, 0)
    assert loss.examples == [(name, "it is gone") for name in names(40)[3:8]]
    assert Archive(var).ids() == [report.snapshot_id] == [before]
    assert published(var) == set(names(40))
    assert report.embedded == 0
    assert embedder.asked == []


@pytest.mark.parametrize("rebuild", [False, True])
def test_the_other_sources_are_published(pages, var, tmp_path, rebuild):
    other = write_pages(tmp_path / "other", {"glue.md": "# Glue\n\nGlue holds a joint.\n"})
    drop(pages, names(40)[3:])
    write_pages(pages, {"part-00.md": article(70), "stray.md": article(71)})
    report = ingest_folder(var, pages, other, options=IngestOptions(rebuild=rebuild))
    assert report.published
    assert not report.complete
    assert report.check.held
    assert [loss.location for loss in report.check.lost] == [str(pages)]
    ill, well = report.sources
    assert (ill.new, ill.changed, ill.unchanged, ill.gone) == (0, 0, 40, 0)
    assert well.new == 1
    assert published(var) == {*names(40), "glue"}
    assert open_snapshot(var).catalog.page("default", "part-00").text.startswith("In chapter 0")
    again = ingest_folder(var, pages, other)
    assert not again.published
    assert again.check.held, "what it lost is lost as before"


def test_two_sources_that_are_ill_at_once(pages, var, tmp_path):
    other, glue = folder(tmp_path / "other", 30), write_pages(tmp_path / "glue", {"glue.md": "# Glue\n\nIt holds.\n"})
    sources = [Source(str(pages)), Source(str(other), "other"), Source(str(glue), "glue")]
    ingest(Archive(var), sources, HashingEmbedder())
    drop(pages, names(40)[3:])
    drop(other, names(30)[1:])
    write_pages(glue, {"glue.md": "# Glue\n\nIt holds a joint.\n"})
    report = ingest(Archive(var), sources, HashingEmbedder())
    assert report.published
    assert [loss.before for loss in report.check.lost] == [40, 30]
    snapshot = open_snapshot(var)
    assert {name: state.pages for name, state in snapshot.manifest.collections.items()} == {
        "default": 40, "other": 30, "glue": 1,
    }  # fmt: skip
    assert snapshot.catalog.page("glue", "glue").text == "It holds a joint."


def test_an_ill_source_leaves_a_page_that_another_has_taken(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"part-39.md": article(39)})
    drop(pages, names(40)[3:])
    report = ingest_folder(var, pages, other)
    assert report.published
    assert published(var) == set(names(40))
    assert open_snapshot(var).catalog.page_keys()["default", "part-39"].source == str(other)
    assert report.sources[0].unchanged == 39


@pytest.mark.parametrize("first", ["the ill one", "the other"])
def test_a_page_that_moves_into_an_ill_source_stays_where_it_was(pages, var, tmp_path, first):
    other = write_pages(tmp_path / "other", {"glue.md": "# Glue\n\nGlue holds a joint.\n", "tin.md": article(80)})
    ingest_folder(var, pages, other)
    (other / "glue.md").rename(pages / "glue.md")
    drop(pages, names(40)[3:])
    sources = [pages, other] if first == "the ill one" else [other, pages]
    for _ in range(2):
        report = ingest_folder(var, *sources)
        well, ill = sorted(report.sources, key=lambda one: one.location)
        assert (well.unchanged, well.gone) == (2, 0)
        assert (ill.new, ill.unchanged, ill.gone) == (0, 40, 0)
        assert published(var) == {*names(40), "glue", "tin"}
    ingest_folder(var, *sources, options=FORCED)
    assert published(var) == {*names(3), "glue", "tin"}
    assert open_snapshot(var).catalog.page_keys()["default", "glue"].source == str(pages)


def test_an_ill_source_brings_back_no_page_of_one_that_is_removed(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"glue.md": "# Glue\n\nGlue holds a joint.\n"})
    ingest_folder(var, pages, other)
    (other / "glue.md").rename(pages / "glue.md")
    drop(pages, names(40)[3:])
    ingest_folder(var, pages, options=IngestOptions(remove=[Source(str(other))]))
    assert published(var) == set(names(40))


def test_force_publishes_and_still_lists_the_loss(pages, var):
    drop(pages, names(40)[3:])
    report = ingest_folder(var, pages, options=FORCED)
    assert report.published
    assert report.complete
    assert report.check.lost[0].gone == 37
    assert published(var) == set(names(3))
    assert ingest_folder(var, pages).check is None


def test_what_comes_back_is_no_loss(pages, var):
    drop(pages, names(40)[3:])
    ingest_folder(var, pages)
    report = ingest_folder(var, folder(pages, 41))
    assert report.published
    assert report.check.lost == []


@pytest.mark.parametrize(("left", "held"), [(28, False), (27, True)])
def test_the_share_that_may_leave(pages, var, left, held):
    drop(pages, names(40)[left:])
    assert ingest_folder(var, pages).published is not held


def test_the_share_is_set(pages, var):
    drop(pages, names(40)[1:])
    assert ingest_folder(var, pages, options=IngestOptions(check=CheckOptions(lost_share=1))).published


def test_a_small_folder_is_edited_freely_but_not_emptied(tmp_path):
    var, small, other = tmp_path / "var", folder(tmp_path / "small", 6), folder(tmp_path / "other", 40)
    ingest(Archive(var), [Source(str(small), "small"), Source(str(other), "other")], HashingEmbedder())
    drop(small, names(6)[1:])
    assert ingest(Archive(var), [Source(str(small), "small")], HashingEmbedder()).published
    drop(small, names(1))
    report = ingest(Archive(var), [Source(str(small), "small")], HashingEmbedder())
    assert report.check.held
    assert (report.check.lost[0].before, report.check.lost[0].now) == (1, 0)


def test_nine_pages_of_a_folder_may_leave_whatever_their_share(tmp_path):
    pages = folder(tmp_path / "pages", 11)
    ingest_folder(tmp_path / "var", pages)
    drop(pages, names(11)[2:])
    assert ingest_folder(tmp_path / "var", pages).published


def test_pages_that_move_to_other_addresses_are_no_loss(pages, var):
    for name in names(40):
        (pages / f"{name}.md").rename(pages / f"new-{name}.md")
    report = ingest_folder(var, pages)
    assert report.published
    assert (report.sources[0].gone, report.sources[0].new) == (40, 40)


def test_pages_that_move_to_another_source_are_no_loss(pages, var, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for name in names(40)[5:]:
        (pages / f"{name}.md").rename(other / f"{name}.md")
    report = ingest_folder(var, pages, other)
    assert report.published
    assert published(var) == set(names(40))


def test_a_source_that_is_removed_on_purpose_is_no_loss(pages, var, tmp_path):
    other = folder(tmp_path / "other", 3)
    ingest(Archive(var), [Source(str(other), "other")], HashingEmbedder())
    report = ingest_folder(var, options=IngestOptions(remove=(Source(str(pages)),)))
    assert report.published
    assert report.check.lost == []


def test_a_dry_run_says_what_would_be_held_back(pages, var):
    drop(pages, names(40)[3:])
    report = ingest_folder(var, pages, options=IngestOptions(dry_run=True))
    assert report.check.held
    assert not report.complete
    assert report.check.lost[0].now == 3


def test_pages_whose_text_is_nearly_gone_count_as_lost(pages, var):
    write_pages(pages, {f"{name}.md": f"# {name}\n\nPlease sign in to read {name}.\n" for name in names(40)[5:]})
    (loss,) = ingest_folder(var, pages).check.lost
    assert (loss.before, loss.now, loss.gone, loss.emptied) == (40, 5, 0, 35)
    assert loss.examples[0] == ("part-05", "hardly any of its text is left")
    assert open_snapshot(var).catalog.page("default", "part-05").text.startswith("In chapter 5")


def test_pages_that_all_say_the_same_now_count_as_lost(tmp_path):
    """Short pages are not much longer than the wall that stands before them."""
    short = {f"{name}.md": f"# {name}\n\nThe part {name} fits the {name} joint.\n" for name in names(40)}
    pages = write_pages(tmp_path / "pages", short)
    ingest_folder(tmp_path / "var", pages)
    wall = "# {}\n\nPlease sign in with your account.\n"
    write_pages(pages, {f"{name}.md": wall.format(name) for name in names(40)[:38]})
    (loss,) = ingest_folder(tmp_path / "var", pages).check.lost
    assert (loss.before, loss.now, loss.emptied) == (40, 2, 38)
    assert loss.examples[0] == ("part-00", "it says the same as other pages now")


def test_new_pages_that_all_say_the_same_do_not_stand_in_for_those_that_are_gone(pages, var):
    drop(pages, names(40)[3:])
    write_pages(pages, {f"login-{number}.md": f"# {number}\n\nPlease sign in.\n" for number in range(40)})
    (loss,) = ingest_folder(var, pages).check.lost
    assert (loss.before, loss.now, loss.gone, loss.emptied) == (40, 3, 37, 40)


def test_a_feed_that_was_cut_off_is_held_back(tmp_path):
    feed = tmp_path / "feed.jsonl"
    lines = [json.dumps({"id": name, "title": name, "text": article(i)}) for i, name in enumerate(names(40))]
    feed.write_text("\n".join(lines))
    ingest_folder(tmp_path / "var", feed)
    feed.write_text("\n".join(lines[:2]))
    (loss,) = ingest_folder(tmp_path / "var", feed).check.lost
    assert (loss.before, loss.now) == (40, 2)
