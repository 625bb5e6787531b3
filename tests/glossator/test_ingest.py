"""``glossator ingest`` where it publishes nothing, as its users see it."""

import json

import pytest

from content.archive import Archive
from tests.e2e.conftest import glossator
from tests.fakes import ingest_folder, write_pages

NAMES = [f"part-{number:02}" for number in range(20)]


@pytest.fixture
def pages(tmp_path):
    return write_pages(tmp_path / "pages", {f"{name}.md": f"# {name}\n\nThe {name} fits a joint.\n" for name in NAMES})


@pytest.fixture
def var(tmp_path, pages):
    """A data folder with 20 pages published, of which one is left at their source."""
    ingest_folder(tmp_path / "var", pages)
    for name in NAMES[1:]:
        (pages / f"{name}.md").unlink()
    return tmp_path / "var"


def test_a_source_that_lost_its_pages_is_listed_with_what_to_do(var, pages):
    done = glossator(var, "ingest", str(pages))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "loses pages\tcollection\tbefore\tnow\tgone\temptied" in lines
    assert f"{pages}\tdefault\t20\t1\t19\t0" in lines
    assert "lost    part-01: it is gone" in lines
    assert "lost    14 more of this source" in lines
    assert lines[-3].startswith(f"Published {Archive(var).current_id()}: 20 pages")  # of another model, so all anew
    assert lines[-2] == f"Held back: {pages} had 20 pages and would have 1; those that are published stay."
    assert "--force publishes" in lines[-1]
    again = glossator(var, "ingest", str(pages))
    assert again.returncode == 1
    assert again.stdout.splitlines()[-3].startswith(f"Nothing else changed; {Archive(var).current_id()} stays")


def test_a_dry_run_says_that_it_would_be_held_back(var, pages):
    done = glossator(var, "ingest", "--dry-run", str(pages))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "Nothing was published (--dry-run)." in lines
    assert lines[-2].startswith(f"Would be held back: {pages} had 20 pages and would have 1;")


def test_what_else_was_read_is_published(var, pages, tmp_path):
    other = write_pages(tmp_path / "other", {"glue.md": "# Glue\n\nGlue holds a joint.\n"})
    done = glossator(var, "ingest", str(pages), str(other))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[-3].startswith(f"Published {Archive(var).current_id()}: 21 pages")
    assert lines[-2].startswith(f"Held back: {pages} had 20 pages")


def test_the_report_for_programs(var, pages):
    done = glossator(var, "ingest", "--json", str(pages))
    assert done.returncode == 1
    check = json.loads(done.stdout)["check"]
    assert check["held"]
    assert check["lost"][0]["examples"][0] == ["part-01", "it is gone"]
    assert {name: check["lost"][0][name] for name in ("before", "now", "gone", "emptied")} == {
        "before": 20, "now": 1, "gone": 19, "emptied": 0,
    }  # fmt: skip


def test_the_share_is_a_setting(var, pages):
    done = glossator(var, "ingest", "--dry-run", str(pages), check_lost_share="1")
    assert done.returncode == 0
