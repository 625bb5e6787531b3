"""A kill at any moment of an ingest leaves the old or the new snapshot, each whole, and a re-run succeeds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from content.archive import Archive
from content.search import search
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, open_snapshot, write_pages

ROOT = Path(__file__).parents[2]
KILLS = 20
MANY = {
    f"page-{number}.md": f"# Page {number}\n\nPage {number} says {'this and that ' * 40}.\n" for number in range(60)
}


def test_killed_ingests(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY | MANY)
    ingest_folder(tmp_path / "var", pages)
    archive = Archive(tmp_path / "var")
    command = [sys.executable, "-m", "tests.e2e.publish", str(tmp_path / "var"), str(pages)]
    write_pages(pages, {"attempt.md": "# Attempt\n\nThe first attempt."})
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True)
    usual = time.monotonic() - started
    chance = random.Random(20261123)
    seen = set()
    for number in range(KILLS):
        before = archive.current_id()
        write_pages(pages, {"attempt.md": f"# Attempt\n\nAttempt number {number} with other words."})
        # Most of a run is the start of Python; the moments that matter are in its second half.
        process = subprocess.Popen(command, cwd=ROOT)
        time.sleep(usual * chance.uniform(0.4, 1.05))
        process.kill()
        process.wait()
        after = archive.current_id()
        seen.add(after == before)
        assert archive.verify(after).snapshot_id == after
        found = search(open_snapshot(tmp_path / "var"), "attention", HashingEmbedder().encode_questions(["attention"]))
        assert found.page_ids(1) == ["attention"]
    ingest_folder(tmp_path / "var", pages)
    assert f"number {KILLS - 1}" in open_snapshot(tmp_path / "var").catalog.page("default", "attempt").text
    assert not list((tmp_path / "var" / "snapshots").glob(".draft-*"))
