"""Strings that break programs come out of a source as they went in."""

import json
from pathlib import Path

import pytest

from content.model import Page
from ingest.draft import clean
from ingest.reading import read_source
from ingest.sources import Source

OWN = [
    "__init__",
    "*x*",
    '{{ f()[40]("/x") }}',
    "a\u202eb",
    "<blink>",
    "&amp;",
    "日本語",
    "Ṱ̺̺̕o͞",
    "👾 🙇 💁",
    "\\u0000",
    "% null",
    "-- DROP",
]


def visible(text: str) -> str:
    return "".join(clean(text).split())


def read(path: Path) -> dict[str, Page]:
    return {page.page_id: page for page in read_source(Source(str(path))).pages}


def naughty(hostile: Path) -> list[str]:
    return json.loads((hostile / "naughty_strings.json").read_text(encoding="utf-8"))


def check(strings: list[str], tmp_path: Path, form: str) -> None:
    feed = tmp_path / f"{form}.jsonl"
    feed.write_text(
        "".join(json.dumps({"id": str(at), "text": text, "format": form}) + "\n" for at, text in enumerate(strings))
    )
    pages = read(feed)
    for at, text in enumerate(strings):
        assert visible(pages[str(at)].text if str(at) in pages else "") == visible(text)


def check_folder(strings: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for at, text in enumerate(strings):
        (folder / f"{at}.txt").write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    pages = read(folder)
    for at, text in enumerate(strings):
        assert (pages[str(at)].text if str(at) in pages else "") == clean(text).strip()


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_own_strings_through_a_feed(tmp_path, form):
    check([text for text in OWN if form == "text" or ("<" not in text and "&" not in text)], tmp_path, form)


def test_own_strings_through_a_folder(tmp_path):
    check_folder(OWN, tmp_path)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_naughty_strings_through_a_feed(hostile, tmp_path, form):
    check(naughty(hostile), tmp_path, form)


def test_naughty_strings_through_a_folder(hostile, tmp_path):
    check_folder(naughty(hostile), tmp_path)
