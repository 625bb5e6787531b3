import re
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from content.archive import Archive
from content.catalog import Revision
from content.errors import SourceError
from content.search import search
from ingest.pipeline import IngestOptions, ingest
from ingest.sources import Source
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, open_snapshot, write_pages


@pytest.fixture
def pages(tmp_path):
    return write_pages(tmp_path / "pages", GLOSSARY)


@pytest.fixture
def var(tmp_path):
    return tmp_path / "var"


def counts(report, index=0):
    one = report.sources[index]
    return one.new, one.changed, one.unchanged, one.gone, len(one.failed)


def test_first_ingest(pages, var):
    report = ingest_folder(var, pages)
    assert counts(report) == (4, 0, 0, 0, 0)
    assert report.published
    assert (report.pages, report.terms) == (4, 4)
    assert report.embedded == report.passages > 4


def test_nothing_changed_publishes_nothing_and_embeds_nothing(pages, var):
    first = ingest_folder(var, pages)
    embedder = HashingEmbedder()
    second = ingest_folder(var, pages, embedder=embedder)
    assert counts(second) == (0, 0, 4, 0, 0)
    assert not second.published
    assert second.snapshot_id == first.snapshot_id
    assert embedder.embedded == []


def test_only_what_changed_is_embedded_again(pages, var):
    ingest_folder(var, pages)
    before = open_snapshot(var)
    (pages / "softmax.md").write_text(GLOSSARY["softmax.md"].replace("Softmax divides", "Softmax always divides"))
    (pages / "lead-capture.md").unlink()
    write_pages(pages, {"new.md": "# New\n\nA new page."})
    embedder = HashingEmbedder()
    report = ingest_folder(var, pages, embedder=embedder)
    assert counts(report) == (1, 1, 2, 1, 0)
    assert all("Softmax" in text or text in {"New", "New\nA new page."} for text in embedder.embedded)
    after = open_snapshot(var)
    for page_id in ("attention", "transformer"):
        old, new = before.catalog.stored("default", page_id), after.catalog.stored("default", page_id)
        assert old.passages == new.passages
        rows = np.arange(len(old.passages))
        assert (before.vectors.vectors(rows + old.first_row) == after.vectors.vectors(rows + new.first_row)).all()
        for row in rows.tolist():
            one, same = before.tokens.packed(row + old.first_row), after.tokens.packed(row + new.first_row)
            assert len(one.ids) > 0
            assert (one.codes == same.codes).all()
            assert (one.spans == same.spans).all()


def test_vectors_belong_to_their_passages(pages, var):
    ingest_folder(var, pages)
    (pages / "attention.md").write_text(GLOSSARY["attention.md"].replace("in 2014", "in September 2014"))
    ingest_folder(var, pages)
    snapshot = open_snapshot(var)
    embedder = HashingEmbedder()
    for row in range(len(snapshot.vectors)):
        passage, title, _ = snapshot.catalog.passages([row])[row]
        expected = embedder.encode_passages([passage.in_context(title)]).vectors[0]
        assert snapshot.vectors.vectors(np.array([row]))[0] @ expected > 0.8


def test_a_source_replaces_its_own_pages_only(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"extra.md": "# Extra\n\nSomething extra."})
    ingest_folder(var, pages)
    report = ingest_folder(var, other)
    assert counts(report) == (1, 0, 0, 0, 0)
    assert report.pages == 5
    report = ingest_folder(var, pages)
    assert not report.published
    assert report.pages == 5


def test_removing_a_source(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"extra.md": "# Extra\n\nSomething extra."})
    ingest_folder(var, pages, other)
    report = ingest_folder(var, options=IngestOptions(remove=(Source(str(other)),)))
    assert report.sources[0].gone == 1
    assert report.pages == 4
    with pytest.raises(SourceError, match="no published page"):
        ingest_folder(var, options=IngestOptions(remove=(Source(str(other)),)))
    with pytest.raises(SourceError, match="no page to answer from"):
        ingest_folder(var, options=IngestOptions(remove=(Source(str(pages)),)))
    assert Archive(var).verify(Archive(var).current_id()).pages == 4


def test_collections_hold_pages_of_the_same_id(pages, var):
    sources = [Source(str(pages), "one"), Source(str(pages), "two")]
    report = ingest(Archive(var), sources, HashingEmbedder())
    assert report.pages == 8
    snapshot = open_snapshot(var)
    assert set(snapshot.manifest.collections) == {"one", "two"}
    assert snapshot.manifest.collections["two"].rows.stop == len(snapshot.vectors)
    assert len(snapshot.glossary.get("softmax")) == 2


def test_two_sources_of_a_collection_with_the_same_id(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"softmax.md": "# Other\n\nOther softmax."})
    report = ingest_folder(var, pages, other)
    assert report.pages == 4
    assert "belongs to another source" in report.sources[1].failed[0][1]


def test_a_page_that_fails_keeps_what_was_published_of_it(pages, var):
    ingest_folder(var, pages)
    (pages / "softmax.md").write_text("---\na: [\n---\nx")
    report = ingest_folder(var, pages)
    assert counts(report) == (0, 0, 3, 0, 1)
    assert not report.complete
    assert open_snapshot(var).catalog.page("default", "softmax").title == "Softmax"


def test_a_source_that_cannot_be_read_keeps_its_pages(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"extra.md": "# Extra\n\nSomething extra."})
    ingest_folder(var, pages, other)
    other.rename(tmp_path / "moved")
    write_pages(pages, {"new.md": "# New\n\nA new page."})
    report = ingest_folder(var, pages, other)
    assert report.pages == 6
    assert not report.complete
    with pytest.raises(SourceError, match="no such file or folder"):
        ingest_folder(var, other)


def test_dry_run_publishes_nothing(pages, var):
    report = ingest_folder(var, pages, options=IngestOptions(dry_run=True))
    assert counts(report) == (4, 0, 0, 0, 0)
    assert Archive(var).current_id() is None


def test_rebuild_embeds_everything_anew(pages, var):
    first = ingest_folder(var, pages)
    report = ingest_folder(var, pages, options=IngestOptions(rebuild=True))
    assert report.published
    assert report.embedded == first.passages


def test_another_model_embeds_everything_anew_and_says_so(pages, var, tmp_path):
    other = write_pages(tmp_path / "other", {"extra.md": "# Extra\n\nSomething extra."})
    ingest_folder(var, pages, other)
    report = ingest_folder(var, pages, embedder=HashingEmbedder(64, name="smaller"))
    assert "hashing to smaller" in report.notes[0]
    assert report.embedded == report.passages
    snapshot = open_snapshot(var)
    assert snapshot.manifest.model.name == "smaller"
    assert snapshot.vectors.dimension == snapshot.manifest.dimension == 64
    assert snapshot.catalog.page("default", "extra")


def test_a_broken_snapshot_is_replaced_by_a_rebuild(pages, var):
    ingest_folder(var, pages)
    archive = Archive(var)
    (archive.path(archive.current_id()) / "vectors.faiss").unlink()
    from content.errors import SnapshotCorrupt

    with pytest.raises(SnapshotCorrupt, match="--rebuild"):
        ingest_folder(var, pages)
    report = ingest_folder(var, pages, options=IngestOptions(rebuild=True))
    assert report.pages == 4
    assert archive.verify(archive.current_id())


def test_progress_is_told(pages, var):
    told = []
    ingest(Archive(var), [Source(str(pages))], HashingEmbedder(), progress=lambda *step: told.append(step))
    stages = list(dict.fromkeys(stage for stage, *_ in told))
    assert stages == [f"read {pages}", "embed", "write", "check", "publish"]
    assert [step[1:] for step in told if step[0] == stages[0]] == [*((n, 0) for n in range(1, 5)), (4, 4)]
    embeds = [step for step in told if step[0] == "embed"]
    assert embeds[-1][1] == embeds[-1][2] > 0
    assert embeds[-1][3] == f"{len(open_snapshot(var).vectors)} passages"


def test_old_snapshots_are_pruned(pages, var):
    for number in range(4):
        write_pages(pages, {"more.md": f"# More\n\nNumber {number} of more."})
        ingest_folder(var, pages, options=IngestOptions(keep=2))
    assert len(Archive(var).ids()) == 2


def test_what_is_ingested_is_found(pages, var):
    ingest_folder(var, pages)
    snapshot = open_snapshot(var)
    vector = HashingEmbedder().encode_questions(["contact details"])
    assert search(snapshot, "contact details", vector).page_ids(1) == ["lead-capture"]


def test_late_interaction_is_switched_off_and_on_again(pages, var):
    ingest_folder(var, pages, embedder=HashingEmbedder(late_interaction=False))
    plain = open_snapshot(var)
    assert plain.tokens is None
    question = HashingEmbedder().encode_questions(["contact details"])
    assert search(plain, "contact details", question).page_ids(1) == ["lead-capture"]
    report = ingest_folder(var, pages)
    assert any("switched on" in note for note in report.notes)
    snapshot = open_snapshot(var)
    assert len(snapshot.tokens) == len(snapshot.vectors)
    without = HashingEmbedder(late_interaction=False).encode_questions(["contact details"])
    assert search(snapshot, "contact details", without).page_ids(1) == ["lead-capture"]


def test_another_precision_embeds_everything_anew_and_says_so(pages, var):
    rounded, whole = HashingEmbedder(), HashingEmbedder()
    rounded.card = replace(rounded.card, precision="int8")
    ingest_folder(var, pages)
    said = ingest_folder(var, pages, embedder=rounded, options=IngestOptions(dry_run=True))
    assert any("from float32 to int8: everything is embedded anew" in note for note in said.notes)
    report = ingest_folder(var, pages, embedder=rounded)
    assert report.embedded == report.passages > 0
    assert open_snapshot(var).manifest.model.precision == "int8"
    assert ingest_folder(var, pages, embedder=rounded).embedded == 0
    back = ingest_folder(var, pages, embedder=whole)
    assert back.embedded == back.passages
    assert any("from int8 to float32" in note for note in back.notes)


def test_token_spans_index_the_passage(pages, var):
    ingest_folder(var, pages)
    snapshot = open_snapshot(var)
    for row in range(len(snapshot.vectors)):
        tokens = snapshot.tokens.packed(row)
        passage, title, _ = snapshot.catalog.passages([row])[row]
        own = [passage.text[start:end] for start, end in tokens.spans.tolist() if start >= 0]
        assert own == re.findall(r"\w+", passage.text)
        assert (tokens.spans < 0).any() == (not passage.text.startswith(title) or bool(passage.heading))


def test_a_title_known_before_is_not_embedded_again(pages, var):
    ingest_folder(var, pages)
    before = open_snapshot(var)
    write_pages(pages, {"new.md": "# New\n\nA new page."})
    ingest_folder(var, pages)
    after = open_snapshot(var)
    known = dict(zip(before.titles, before.title_vectors, strict=True))
    assert all(
        (known[title] == vector).all()
        for title, vector in zip(after.titles, after.title_vectors, strict=True)
        if title in known
    )
    assert len(after.title_vectors) == len(after.titles) == len(before.titles) + 1


LONG_AGO = "2020-01-02T03:04:05+00:00"


def redate(var, statement):
    archive = Archive(var)
    connection = sqlite3.connect(archive.path(archive.current_id()) / "catalog.sqlite", isolation_level=None)
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("options", [IngestOptions(), IngestOptions(rebuild=True)])
def test_pages_keep_the_time_of_their_last_change(pages, var, options):
    ingest_folder(var, pages)
    redate(var, f"UPDATE revision SET published = '{LONG_AGO}', changed = '{LONG_AGO}'")
    (pages / "softmax.md").write_text(GLOSSARY["softmax.md"].replace("Softmax divides", "Softmax always divides"))
    write_pages(pages, {"new.md": "# New\n\nText."})
    ingest_folder(var, pages, options=options)
    snapshot = open_snapshot(var)
    created = snapshot.manifest.created
    assert snapshot.revision("default", "transformer") == Revision(LONG_AGO, LONG_AGO)
    assert snapshot.revision("default", "softmax") == Revision(LONG_AGO, created)
    assert snapshot.revision("default", "new") == Revision(created, created)


def test_pages_of_a_snapshot_from_before_there_were_times_are_no_younger_than_it(pages, var):
    ingest_folder(var, pages)
    redate(var, "DELETE FROM revision")
    before = open_snapshot(var).manifest.created
    write_pages(pages, {"new.md": "# New\n\nText."})
    ingest_folder(var, pages)
    assert open_snapshot(var).revision("default", "transformer").published == before


def test_anchors_of_pages_that_are_not_read_again_stay(pages, var, tmp_path):
    site = write_pages(tmp_path / "site", {"a.html": "<html><body><h1>A</h1><p id='x'>Text of it.</p></body></html>"})
    ingest_folder(var, pages, site)
    write_pages(pages, {"more.md": "# More\n\nMore text."})
    ingest_folder(var, pages)
    catalog = open_snapshot(var).catalog
    assert catalog.page("default", "a").anchors == ("x",)
    assert catalog.page("default", "softmax").anchors is None
