"""A publish that is checked first."""

from dataclasses import replace

import pytest

from content.archive import Archive
from content.asked import AskedQuestion, AskedQuestions
from content.search import search
from ingest.check import CheckOptions
from ingest.pipeline import IngestOptions
from ingest.sources import Source
from tests.fakes import HashingEmbedder, ingest_folder, open_snapshot, write_pages

NAMES = "anvil bellows chisel dowel easel ferrule gimlet hacksaw inkwell jigsaw kiln lathe".split()
MENU = "# Welcome\n\nHome, products, prices, login. All rights reserved.\n"
FORCED = IngestOptions(check=CheckOptions(force=True))


def article(name):
    return (
        f"---\ntitle: {name.title()}\ndefinition: A {name} is the tool that a {name} maker sells.\n---\n\n"
        f"## Why does the {name} rust?\n\nThe {name} rusts because nobody oils the {name} in winter.\n"
    )


@pytest.fixture
def pages(tmp_path):
    return write_pages(tmp_path / "pages", {f"{name}.md": article(name) for name in NAMES})


@pytest.fixture
def var(tmp_path, pages):
    ingest_folder(tmp_path / "var", pages)
    return tmp_path / "var"


def spoil(pages, names=NAMES[:6]):
    return write_pages(pages, {f"{name}.md": MENU for name in names})


def test_worse_answers_hold_a_snapshot_back_and_are_listed(pages, var):
    before = Archive(var).current_id()
    report = ingest_folder(var, spoil(pages))
    assert not report.published
    assert not report.complete
    assert report.check.held
    assert report.check.compared == 24
    assert Archive(var).current_id() == report.snapshot_id == before
    assert Archive(var).ids() == [before]
    assert not list((var / "snapshots").glob(".draft-*"))
    worse = {one.question: one for one in report.check.worse}
    assert worse.keys() == {
        question for name in NAMES[:6] for question in (f"What is {name.title()}?", f"Why does the {name} rust?")
    }
    anvil = worse["What is Anvil?"]
    assert (anvil.collection, anvil.page_id) == ("default", "anvil")
    assert all(one.rank[0] == 1 for one in report.check.worse)
    assert any(one.rank[1] is None or one.rank[1] > 5 for one in report.check.worse)
    assert all(one.score[1] < one.score[0] <= 1 for one in report.check.worse)


def test_force_publishes_and_still_lists_them(pages, var):
    report = ingest_folder(var, spoil(pages), options=FORCED)
    assert report.published
    assert report.complete
    assert len(report.check.worse) == 12
    assert open_snapshot(var).catalog.page("default", "anvil").title == "Welcome"


def test_what_was_held_back_is_tried_again_and_published_once_it_is_mended(pages, var):
    ingest_folder(var, spoil(pages))
    write_pages(pages, {f"{name}.md": article(name) for name in NAMES} | {"maul.md": article("maul")})
    report = ingest_folder(var, pages)
    assert report.published
    assert report.check.worse == []


def test_a_single_worse_answer_is_no_reason(pages, var):
    report = ingest_folder(var, spoil(pages, NAMES[:1]))
    assert report.published
    assert len(report.check.worse) == 2


def test_the_share_is_set(pages, var):
    lenient = IngestOptions(check=CheckOptions(share=0.5))
    assert ingest_folder(var, spoil(pages), options=lenient).published


def test_an_answer_that_is_no_longer_claimed_is_worse(pages, var):
    question = f"What is {NAMES[0].title()}?"
    best = search(open_snapshot(var), question, HashingEmbedder().encode_questions([question])).best
    slightly = write_pages(pages, {"anvil.md": article("anvil").replace("tool", "tool of iron")})
    options = IngestOptions(check=CheckOptions(threshold=round(best, 3)))
    worse = {one.question: one for one in ingest_folder(var, slightly, options=options).check.worse}
    assert worse[question].rank == (1, 1)
    assert worse[question].score[1] < worse[question].score[0] < worse[question].score[1] + 0.15


def test_pages_that_are_still_found_by_their_titles_alone_are_worse(pages, var):
    thin = write_pages(pages, {f"{name}.md": f"# {name.title()}\n\nHome, products, prices.\n" for name in NAMES[:6]})
    report = ingest_folder(var, thin, options=IngestOptions(check=CheckOptions(threshold=0)))
    assert report.check.held
    assert report.check.found == 24
    assert len(report.check.worse) >= 6


def test_pages_that_leave_take_their_questions_along(pages, var, tmp_path):
    extra = write_pages(tmp_path / "extra", {f"{name}.md": article(name) for name in ("maul", "nail", "oilcan")})
    ingest_folder(var, pages, extra)
    report = ingest_folder(var, options=IngestOptions(remove=(Source(str(extra)),)))
    assert report.published
    assert report.check.worse == []
    assert report.check.compared == 24
    for name in NAMES[:6]:
        (pages / f"{name}.md").unlink()
    report = ingest_folder(var, pages)
    assert report.published
    assert report.check.compared == 12


def test_the_first_snapshot_is_asked_alone(tmp_path, pages):
    report = ingest_folder(tmp_path / "new", pages)
    assert report.published
    assert (report.check.asked, report.check.found, report.check.compared) == (24, 24, 0)


def test_the_check_is_a_stage_of_its_own_and_not_counted_as_work(pages, var):
    report = ingest_folder(var, write_pages(pages, {"maul.md": article("maul")}))
    assert "check" in report.stages
    assert report.seconds == sum(seconds for stage, seconds in report.stages.items() if stage != "check")


def test_nothing_is_checked_where_nothing_is_published(pages, var):
    assert ingest_folder(var, pages).check is None
    write_pages(pages, {"maul.md": article("maul")})
    assert ingest_folder(var, pages, options=IngestOptions(dry_run=True)).check is None


def test_questions_are_embedded_once(pages, var):
    embedder = HashingEmbedder()
    ingest_folder(var, write_pages(pages, {"maul.md": article("maul")}), embedder=embedder)
    assert embedder.asked == []
    ingest_folder(var, write_pages(pages, {"nail.md": article("nail")}), embedder=embedder)
    assert sorted(embedder.asked) == ["What is Maul?", "Why does the maul rust?"]


def test_answered_questions_are_asked_again(pages, var):
    kept = AskedQuestions(var, 7)
    for name in NAMES[:3]:
        kept.append(AskedQuestion(f"who sells the {name}", "default", name))
    kept.append(AskedQuestion("who sells the yacht", "boats", "yacht"))
    report = ingest_folder(var, spoil(pages, NAMES[:3]))
    assert report.check.held
    assert {f"who sells the {name}" for name in NAMES[:3]} <= {one.question for one in report.check.worse}
    assert report.check.compared == 27


def test_another_model_is_compared_by_the_vectors_that_are_remembered(pages, var):
    other = HashingEmbedder(512, name="larger")
    report = ingest_folder(var, pages, embedder=other)
    assert report.published
    assert report.check.compared == 24
    assert report.check.worse == []
    spoilt = ingest_folder(var, spoil(pages), embedder=HashingEmbedder(96, name="third"))
    assert spoilt.check.held
    for path in (var / "check").iterdir():
        path.unlink()
    unknown = ingest_folder(var, pages, embedder=HashingEmbedder(96, name="third"))
    assert unknown.published
    assert (unknown.check.asked, unknown.check.compared) == (24, 0)


def test_collections_have_equal_shares(tmp_path):
    from ingest.probe import ProbeKind, probes

    many = write_pages(tmp_path / "many", {f"{name}{n}.md": article(f"{name}{n}") for name in NAMES for n in range(9)})
    few = write_pages(tmp_path / "few", {f"{name}.md": article(name) for name in NAMES})
    from ingest.pipeline import ingest

    ingest(Archive(tmp_path / "var"), [Source(str(many), "many"), Source(str(few), "few")], HashingEmbedder())
    snapshot = open_snapshot(tmp_path / "var")
    keys = snapshot.catalog.keys()
    chosen = probes(snapshot, [], keys, 40)
    counts = {
        (name, kind): sum(probe.page[0] == name and probe.kind is kind for probe in chosen)
        for name in ("many", "few")
        for kind in (ProbeKind.TERM, ProbeKind.OWN)
    }
    assert set(counts.values()) == {10}
    assert probes(snapshot, [], keys, 40) == chosen
    assert chosen == probes(snapshot, [], keys, 300)[:40]
    unlike = [replace(probe, among=("few",)) for probe in chosen]
    assert len({*chosen, *unlike}) == 80
