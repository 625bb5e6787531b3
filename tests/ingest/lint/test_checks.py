"""The checks of single pages, and those that compare the words of many."""

import pytest

from content.model import Page
from ingest.extract.markdown import extract_markdown
from ingest.lint import Check, Severity
from ingest.lint.dates import stale_dates
from ingest.lint.questions import unanswered_questions
from ingest.lint.thin import thin_page
from tests.fakes import GLOSSARY
from tests.ingest.lint.conftest import TODAY


def page(source: str, title: str = "Page") -> Page:
    (draft,) = extract_markdown(source)
    return Page("default", "p", draft.title or title, None, draft.text, draft.blocks, draft.entry)


def of(findings, check):
    return [one for one in findings if one.check is check]


def test_good_content_has_no_faults(found):
    findings = found(GLOSSARY)
    assert [one for one in findings if one.severity is not Severity.NOTICE] == []
    assert of(findings, Check.UNDEFINED_TERM) == []


@pytest.mark.parametrize("answer", ["", "TODO\n", "To be done.\n", "*Coming soon*\n", "TBD: ask the team\n"])
def test_a_question_without_an_answer(answer):
    source = f"# Page\n\nText.\n\n## Why is it so?\n\n{answer}\n## Who knows?\n\nThe people of the town know it.\n"
    (one,) = unanswered_questions(page(source))
    assert (one.check, one.line) == (Check.UNANSWERED_QUESTION, 3)
    assert "Why is it so?" in one.message


@pytest.mark.parametrize(
    "source",
    [
        "## Why?\n\nBecause.\n",
        "## Why is it so?\n\n### In short\n\nBecause it is.\n",
        "## Why is it so?\n\n- one\n- two\n",
        "## What is to do?\n\nTo do this, open the settings and look for the switch at the bottom of the page.\n",
        "## Not a question\n\n## Another\n",
    ],
)
def test_answered_questions(source):
    assert list(unanswered_questions(page(source))) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "As of March 2019, there are ten of them.",
        "Last updated: 3 June 2018.",
        "It is currently (2020) the largest.",
        "The latest version (May 2021) has it.",
        "Support will be removed in 2024.",
        "The second part is planned for the end of 2025.",
        "The release is expected in late 2023.",
    ],
)
def test_stale_dates(sentence):
    (one,) = stale_dates(page(f"# Page\n\nIt is good.\n\nAnd so on. {sentence} More.\n"), TODAY)
    assert (one.check, one.line) == (Check.STALE_DATE, 3)
    assert f"“{sentence}”" in one.message


@pytest.mark.parametrize(
    "sentence",
    [
        "As of March 2026, there are ten of them.",
        "It was published in 2017.",
        "The latest of the kings died in 1603, the current one in 1605.",
        "Support will be removed in 2027.",
        "In 1999 it was as of old.",
        "The log says:\n\n```\nLast updated 2015\n```",
        "It is expected to rise from 100 in 2005 to 300.",
    ],
)
def test_dates_that_are_not_stale(sentence):
    assert list(stale_dates(page(f"# Page\n\n{sentence}\n"), TODAY)) == []


def test_the_year_of_a_source_is_not_stale():
    source = "---\ntitle: Page\nsources: [As of 2019, they say]\n---\n\nText.\n"
    assert list(stale_dates(page(source), TODAY)) == []


def test_thin_pages():
    (one,) = thin_page(page("# Page\n\n## Section\n\nLittle is said here.\n"), in_glossary=False)
    assert "only 4 word(s)" in one.message
    (one,) = thin_page(page("# Page\n\nSee below.\n"), in_glossary=True)
    assert one.check is Check.THIN_PAGE
    (one,) = thin_page(page("# Page\n\n## Section\n"), in_glossary=False)
    assert "nothing" in one.message


@pytest.mark.parametrize(
    ("title", "text", "in_glossary"),
    [
        ("Page", "word " * 20, False),
        ("Page", "A page is a document as its owner knows it.", False),
        ("Pull request", "What others are asked to look at before it counts.", True),
        ("Can I pay by card?", "Yes.", False),
    ],
)
def test_short_pages_that_say_enough(title, text, in_glossary):
    assert list(thin_page(page(f"# {title}\n\n{text}\n"), in_glossary=in_glossary)) == []


def test_near_duplicates(found):
    words = [f"word{i}" for i in range(120)]
    other = [f"other{i}" for i in range(120)]
    changed = [*words[:60], "changed", *words[61:]]
    findings = found(
        {
            "a.md": "# A\n\n" + " ".join(words),
            "b.md": "# B\n\n" + " ".join(changed),
            "c.md": "# C\n\n" + " ".join(other),
            "d.md": "# D\n\n" + " ".join([*words[:60], *other[60:]]),
        }
    )
    (one,) = of(findings, Check.NEAR_DUPLICATE)
    assert one.page_id == "b"
    assert "'A' (a)" in one.message


def test_near_duplicates_are_found_among_many(found):
    pages = {f"{i:03}.md": f"# P{i}\n\n" + " ".join(f"w{i}x{j}" for j in range(40)) for i in range(150)}
    copies = {f"z{i:03}.md": text.replace("x3 ", "y3 ") for i, text in enumerate(list(pages.values())[::3])}
    findings = found(pages | copies)
    assert {one.page_id for one in of(findings, Check.NEAR_DUPLICATE)} == {name.removesuffix(".md") for name in copies}


def glossary_using(sentence: str, **more: str) -> dict[str, str]:
    names = ["apple", "pear", "plum", "cherry", "quince"]
    pages = {f"{name}.md": f"# {name.title()}\n\nA {name} is a fruit of a kind. {sentence}\n" for name in names}
    return pages | {f"{name}.md": text for name, text in more.items()}


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Growers follow the ABC rules.", "ABC"),
        ("Growers buy from the Fruit Exchange every day.", "Fruit Exchange"),
        ("There are many ABCs.", "ABC"),
    ],
)
def test_what_is_used_often_and_defined_nowhere(found, sentence, name):
    (one,) = of(found(glossary_using(sentence)), Check.UNDEFINED_TERM)
    assert f"5 pages use {name!r}" in one.message
    assert one.severity is Severity.NOTICE


@pytest.mark.parametrize(
    ("sentence", "more"),
    [
        ("Growers follow the ABC rules.", {"abc": "# ABC\n\nABC is a set of rules.\n"}),
        ("Growers follow the ABC rules.", {"abc": "---\ntitle: Rules\naliases: [ABC]\ndefinition: R.\n---\nx\n"}),
        ("See the ABC.method or abc/ABC.", {}),
        ("Growers like the US and the UK.", {}),
        ("Then Growers sell them.", {}),
        ("Apple Pear is no fruit.", {}),
    ],
)
def test_what_needs_no_definition(found, sentence, more):
    assert of(found(glossary_using(sentence, **more)), Check.UNDEFINED_TERM) == []


def test_a_collection_without_terms_is_no_glossary(found):
    pages = {f"{i}.md": f"# Report number {i} of this long year\n\nThe ABC met {i} times.\n" for i in range(6)}
    assert of(found(pages), Check.UNDEFINED_TERM) == []
