"""``glossator lint`` as its users run it."""

import json

import pytest

from tests.e2e.conftest import glossator
from tests.fakes import GLOSSARY, ingest_folder, write_pages

FAULTY = GLOSSARY["softmax.md"] + "\nSee [the old page](old.md).\n"


@pytest.fixture
def published(tmp_path):
    def publish(pages: dict[str, str]):
        ingest_folder(tmp_path / "var", write_pages(tmp_path / "pages", pages))
        return tmp_path / "var"

    return publish


def test_faults_are_listed_and_the_status_says_so(published):
    done = glossator(published(GLOSSARY | {"softmax.md": FAULTY}), "lint")
    assert done.returncode == 1
    first, remedy, *_ = done.stdout.splitlines()
    assert first == "default/softmax:8: error dead-link: the link to 'old.md' leads to no page"
    assert remedy.strip().startswith("Correct the address")
    assert "1 dead-link" in done.stderr


def test_findings_as_json(published):
    done = glossator(published(GLOSSARY | {"softmax.md": FAULTY}), "lint", "--json")
    assert done.returncode == 1
    findings = json.loads(done.stdout)
    fields = {"check", "severity", "collection", "page_id", "title", "line", "message", "remedy"}
    assert all(one.keys() == fields for one in findings)
    assert [one["page_id"] for one in findings if one["check"] == "dead-link"] == ["softmax"]


def test_notices_alone_are_no_failure(published):
    done = glossator(published(GLOSSARY), "lint", "--json")
    assert done.returncode == 0
    # Nobody speaks of how visitors leave their address.
    assert [(one["check"], one["page_id"]) for one in json.loads(done.stdout)] == [("orphan", "lead-capture")]


def test_nothing_published_is_said(tmp_path):
    done = glossator(tmp_path / "var", "lint")
    assert done.returncode == 2
    assert "glossator ingest" in done.stderr
