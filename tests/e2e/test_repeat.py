"""``glossator ingest --every``: again and again, whatever becomes of a run, until it is told to end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from content.archive import Archive
from tests.e2e.conftest import PATIENCE, environment, glossator
from tests.fakes import GLOSSARY, write_pages


@contextmanager
def repeating(data_dir, *arguments) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "glossator", "ingest", "--every", "1s", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=data_dir.parent,
        env=environment(data_dir),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def lines_with(process, text, count):
    """Read what a process says until so many lines of it hold a text."""
    found = []
    while len(found) < count:
        line = process.stderr.readline()
        assert line, "it ended"
        found += [line] if text in line else []
    return found


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_runs_that_fail_are_reported_and_do_not_end_it(tmp_path, told):
    with repeating(tmp_path / "var", "--", "-missing") as process:
        assert "-missing" in lines_with(process, "no such file", 2)[0]
        process.send_signal(told)
        assert process.wait(timeout=PATIENCE) == 0


def test_a_run_is_skipped_while_another_ingest_is_at_work(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    archive = Archive(tmp_path / "var")
    with archive.lock(), repeating(tmp_path / "var", str(pages)) as process:
        lines_with(process, "another ingest is at work", 2)
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    assert archive.ids() == []


@pytest.mark.model
def test_what_changes_is_published(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    archive = Archive(tmp_path / "var")
    with repeating(tmp_path / "var", str(pages)) as process:
        lines_with(process, "exit status 0", 1)
        assert len(archive.ids()) == 1
        write_pages(pages, {"new.md": "# New\n\nA new page."})
        lines_with(process, "exit status 0", 2)  # one may have been under way
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    assert archive.manifest(archive.current_id()).pages == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--every", "often", "pages"), "'often' is no interval"),
        (("--every", "6h"), "no source is named"),
        (("--every", "6h", "--rebuild", "pages"), "do those once"),
    ],
)
def test_wrong_usage_is_refused_at_once(tmp_path, arguments, said):
    done = glossator(tmp_path / "var", "ingest", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
