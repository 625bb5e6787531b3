from dataclasses import replace
from pathlib import Path

import pytest

from content.archive import Archive
from content.errors import Unfinished
from ingest.extract.markdown import extract_markdown
from service.learn.gaps import Gap, gaps
from service.learn.outline import NearPassage, outline
from service.learn.questions import Wording
from service.model import Outcome
from tests.fakes import ingest_folder, open_snapshot, write_pages
from tests.service.learn.records import asked

NEAR = [NearPassage("Orders", ("Parcels",), "https://shop.example/orders", "Parcels leave us\nwithin a day.")]


def _gap(*questions: str, label: str | None = None, comment: str | None = None) -> Gap:
    log = [asked(text, topic=1, outcome=Outcome.REFUSED, comment=comment) for text in questions]
    return gaps(log, {1: label or questions[0]})[0]


def _finished(text: str) -> str:
    return text.replace("draft: true\n", "")


def test_an_outline_is_a_page_that_asks_what_visitors_asked():
    text = outline(_gap("Do you ship abroad?", "shipping to Norway"), NEAR, ["parcel"])
    draft = extract_markdown(_finished(text))[0]
    assert draft.title == "Do you ship abroad?"
    assert draft.text == "Questions and answers\n\nDo you ship abroad?\n\nshipping to Norway?"
    assert "- Orders › Parcels (https://shop.example/orders): Parcels leave us within a day." in text
    assert "related:\n- parcel\n" in text


def test_an_outline_is_named_for_what_is_asked_for_and_knows_its_other_names():
    gap = _gap("What is a backorder?", "define Backorder", "What are back-ordered goods?", "is it in stock")
    text = outline(gap, [], [])
    assert text.startswith("---\ntitle: backorder\naliases:\n- back-ordered goods\n")


def test_ingest_leaves_a_draft_out_and_says_so(tmp_path: Path):
    text = outline(_gap("What is a backorder?", "What are back-ordered goods?"), NEAR, [])
    with pytest.raises(Unfinished):
        extract_markdown(text)
    pages = write_pages(tmp_path / "pages", {"backorder.md": text, "other.md": "# Orders\n\nOrders leave daily."})
    report = ingest_folder(tmp_path / "var", pages)
    assert [reason for source in report.sources for _, reason in source.skipped] == [
        "it is marked as a draft; take the line “draft: true” away to publish it"
    ]
    assert not any(source.failed for source in report.sources)
    assert open_snapshot(tmp_path / "var").page_ids == ["other"]


def test_a_page_that_becomes_a_draft_leaves(tmp_path: Path):
    pages = write_pages(tmp_path / "pages", {"a.md": "---\ntitle: A\n---\n\nOne.", "b.md": "# B\n\nTwo."})
    ingest_folder(tmp_path / "var", pages)
    write_pages(pages, {"a.md": "---\ntitle: A\ndraft: true\n---\n\nOne."})
    ingest_folder(tmp_path / "var", pages)
    assert Archive(tmp_path / "var").open_current().page_ids == ["b"]


def test_with_its_answers_written_an_outline_is_a_page_and_defines_only_what_it_is_told_to(tmp_path: Path):
    text = _finished(outline(_gap("What is a backorder?", "Can I cancel a backorder?"), NEAR, []))
    bare = write_pages(tmp_path / "bare", {"backorder.md": text, "other.md": "# Orders\n\nOrders leave daily."})
    ingest_folder(tmp_path / "var1", bare)
    assert len(open_snapshot(tmp_path / "var1").glossary) == 0
    written = text.replace("title: backorder\n", "title: backorder\ndefinition: A backorder is an order that waits.\n")
    written += "\nYes, until it leaves us.\n"
    full = write_pages(tmp_path / "full", {"backorder.md": written})
    ingest_folder(tmp_path / "var2", full)
    (term,) = open_snapshot(tmp_path / "var2").glossary.terms
    assert (term.name, term.definition) == ("backorder", "A backorder is an order that waits.")


HOSTILE = [
    "--> <script>alert(1)</script> <!--",
    "# heading\n---\ntitle: other",
    '{{< a text="-" >}}{{< a text="-" >}}> seen',
    "a: [b\n---\n\nseen",
    "--!> seen",
    "`code` *bold* [link](https://evil.example)",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_a_visitor_writes_breaks_out(said):
    gap = _gap(said, label=said, comment=said)
    many = tuple(Wording(f"{said} {number}", 1) for number in range(12))
    text = outline(replace(gap, questions=many), [NearPassage(said, (said,), None, said)], [])
    draft = extract_markdown(_finished(text))[0]
    assert draft.title == " ".join(said.replace("{{", "{ {").split())
    assert draft.entry is None
    assert not draft.links
    blocks = [draft.text[block.start : block.end] for block in draft.blocks]
    assert len(blocks) == 9
    assert all(block.kind == "heading" for block in draft.blocks)
