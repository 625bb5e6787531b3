"""No name, link or id leads a source to a file outside of its folder: every file that is opened is watched."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from pathlib import Path

import pytest

from ingest.reading import read_source
from ingest.sources import Kind, RawPage, Source
from ingest.sources.web import read_web
from tests.ingest.web.site import HASTY, Site

ROOT = Path(__file__).parents[2]

_watched: list[list[str]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _watched and isinstance(arguments[0], str | bytes | os.PathLike):
        _watched[-1].append(os.path.realpath(os.fsdecode(arguments[0])))


@cache
def _hook() -> None:
    """Watch from now on. A hook stays for good and is in the way of coverage (tests/conftest.py), so not before it is needed."""
    sys.addaudithook(_note)


@contextmanager
def opened() -> Iterator[list[str]]:
    """Give the files that are opened meanwhile, by their real paths, those of Python and its packages left out."""
    files: list[str] = []
    _hook()
    _watched.append(files)
    try:
        yield files
    finally:
        _watched.pop()
        # A file without a name, in which an ingest keeps pages meanwhile, is opened by that of its folder.
        files[:] = [
            file
            for file in files
            if not file.startswith((sys.prefix, sys.base_prefix, str(ROOT))) and file != tempfile.gettempdir()
        ]


@pytest.fixture
def payloads(hostile) -> list[str]:
    lines = (hostile / "path_traversal.txt").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    assert len(lines) > 300
    return [line.replace("{FILE}", "etc/passwd") for line in lines]


def test_names_and_links_of_a_folder(payloads, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (folder / "good.md").write_text("# Good\n\nText.")
    made = 0
    for i, payload in enumerate(payloads):
        if payload and "\0" not in payload:
            (folder / f"link-{i}.md").symlink_to(payload)
            made += 1
        name = payload.replace("/", "").replace("\0", "")[:200] + ".md"
        if not name.startswith("."):
            (folder / name).write_text("x")
    (folder / "up.md").symlink_to("../secret.md")
    (folder / "passwd.txt").symlink_to("/etc/passwd")
    (folder / "root").symlink_to("/")
    with opened() as files:
        reading = read_source(Source(str(folder)))
    assert made > 300
    assert not [file for file in files if not Path(file).is_relative_to(folder.resolve())]
    assert any(page.title == "Good" for page in reading.pages)
    assert not any("secret" in page.text or "root:" in page.text for page in reading.pages)


def test_ids_and_addresses_of_a_feed(payloads, tmp_path):
    feed = tmp_path / "pages.jsonl"
    lines = [
        {"id": payload, "title": payload, "url": payload, "text": f"![x]({payload}) text {payload}"}
        for payload in payloads
    ]
    feed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with opened() as files:
        reading = read_source(Source(str(feed), base_url="https://example.com/"))
    assert set(files) == {str(feed.resolve())}
    assert len(reading.pages) + len(reading.report.failed) == len(payloads)
    assert all(page.url is None or page.url.startswith("https://example.com/") for page in reading.pages)


def test_links_of_a_site(payloads, tmp_path):
    with Site() as site:
        site.routes["/"] = "<title>Home</title><p>Home" + "".join(
            f'<a href="{escape(payload)}">x</a>' for payload in payloads
        )
        source = site.source("/", Kind.CRAWL)
        with opened() as files:
            found = list(read_web(source, tmp_path, manners=HASTY))
    assert [page.page_id for page in found if isinstance(page, RawPage)] == [site.url("/")]
    assert not [file for file in files if not Path(file).is_relative_to(tmp_path.resolve())]
    assert not [asked for asked in site.asked if "/../" in asked.path]
