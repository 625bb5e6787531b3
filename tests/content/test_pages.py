"""The glossary that ships: every article is complete, and their names and relations fit together."""

import re
from pathlib import Path

import pytest
import yaml

from content.model import BlockKind
from ingest.extract import Format, extract

FOLDER = Path(__file__).parents[2] / "content" / "pages"
FILES = sorted(FOLDER.glob("*.md"))
SECTIONS = [
    "In plain words",
    "Where it is used",
    "How it differs from its neighbors",
    "Questions and answers",
]


def parts(path: Path):
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def test_there_are_enough():
    assert len(FILES) >= 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_article(path):
    meta, body = parts(path)
    assert {"title", "aliases", "definition", "related", "sources"} <= meta.keys()
    assert 20 <= len(meta["definition"].split()) <= 60
    assert 300 <= len(body.split()) <= 900
    assert re.findall(r"^## (.+)$", body, re.MULTILINE)[:4] == SECTIONS
    questions = re.findall(r"^### (.+)$", body.partition("## Questions and answers")[2], re.MULTILINE)
    assert 2 <= len(questions) <= 5
    assert all(question.endswith("?") for question in questions)
    known = {other.stem for other in FILES}
    assert set(meta["related"]) <= known - {path.stem}
    assert set(re.findall(r"\]\(([^)]+)\.md\)", body)) <= known
    assert all(source.get("title") and (source.get("year") or source.get("url")) for source in meta["sources"])


def test_no_name_belongs_to_two_articles():
    names: dict[str, str] = {}
    for path in FILES:
        meta, _ = parts(path)
        for name in (meta["title"], *meta["aliases"]):
            assert names.setdefault(name.casefold(), path.stem) == path.stem, name


def test_relations_go_both_ways():
    related = {path.stem: parts(path)[0]["related"] for path in FILES}
    one_way = [(page, other) for page in related for other in related[page] if page not in related[other]]
    assert not one_way


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reads_as_one_draft_with_a_definition(path):
    (draft,) = extract(path.read_bytes(), Format.MARKDOWN)
    assert draft.blocks[0].kind is BlockKind.DEFINITION
    assert draft.entry
    assert "](" not in draft.text
