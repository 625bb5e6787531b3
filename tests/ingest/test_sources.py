import json
import os
from pathlib import Path

import pytest

from content.errors import SourceError
from ingest.extract import Format
from ingest.reading import read_source
from ingest.sources import Kind, RawPage, Skipped, Source, read
from tests.fakes import write_pages


def raw(location: Path) -> list[RawPage]:
    return [page for page in read(Source(str(location))) if isinstance(page, RawPage)]


def skipped(location: Path) -> list[Skipped]:
    return [page for page in read(Source(str(location))) if isinstance(page, Skipped)]


def test_a_folder_gives_its_pages_by_their_paths(tmp_path):
    write_pages(tmp_path, {"b.md": "b", "a/deep/c.HTML": "c", "a.txt": "a", ".hidden.md": "x", ".git/x.md": "x"})
    pages = raw(tmp_path)
    assert [(page.page_id, page.form) for page in pages] == [
        ("a/deep/c", Format.HTML),
        ("a", Format.TEXT),
        ("b", Format.MARKDOWN),
    ]


def test_files_of_one_name_keep_their_suffixes(tmp_path):
    write_pages(tmp_path, {"a.md": "a", "a.txt": "b", "a.vtt": "c", "b.vtt": "d", "a.vtt.txt": "e"})
    assert [page.page_id for page in raw(tmp_path)] == ["a", "a.txt", "a.vtt", "b"]
    assert "a.vtt' is taken" in skipped(tmp_path)[0].reason


def test_other_formats_are_counted_and_no_failure(tmp_path):
    write_pages(tmp_path, {"a.md": "a", "b.png": "b", "c.png": "c"})
    (one,) = skipped(tmp_path)
    assert "2 file(s)" in one.reason
    assert ".png" in one.reason
    assert not one.failed


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    write_pages(tmp_path, {"in/a.md": "a", "out/secret.md": "s"})
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "out" / "secret.md")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "alias.md").symlink_to(tmp_path / "in" / "a.md")
    assert [page.page_id for page in raw(tmp_path / "in")] == ["a", "alias"]
    (tmp_path / "in" / "circle.md").symlink_to(tmp_path / "in" / "circle.md")
    os.mkfifo(tmp_path / "in" / "pipe.md")
    assert [page.page_id for page in raw(tmp_path / "in")] == ["a", "alias"]
    reasons = {Path(one.where).name: one.reason for one in skipped(tmp_path / "in")}
    assert reasons.keys() == {"circle.md", "folder", "link.md", "pipe.md"}
    assert "leads out" in reasons["link.md"]
    assert "no regular file" in reasons["pipe.md"]


def test_a_single_file(tmp_path):
    write_pages(tmp_path, {"page.md": "# P"})
    assert [page.page_id for page in raw(tmp_path / "page.md")] == ["page"]


@pytest.mark.parametrize("name", ["none.md", "page.png"])
def test_what_cannot_be_a_source(tmp_path, name):
    (tmp_path / "page.png").write_bytes(b"x")
    with pytest.raises(SourceError, match=name):
        raw(tmp_path / name)


def test_patterns_choose_the_files_of_a_folder(tmp_path):
    write_pages(tmp_path, {"a.md": "a", "guide/b.md": "b", "guide/deep/c.md": "c", "guide/draft-d.md": "d"})
    source = Source(str(tmp_path), include=("guide/*",), exclude=("*/draft-*",))
    assert [page.page_id for page in read(source) if isinstance(page, RawPage)] == ["guide/b", "guide/deep/c"]


def test_a_kind_that_is_another(tmp_path):
    write_pages(tmp_path, {"a.md": "a"})
    with pytest.raises(SourceError, match="is no file"):
        read(Source(str(tmp_path), kind=Kind.FILE))
    with pytest.raises(SourceError, match="is no crawl"):
        read(Source(str(tmp_path), kind=Kind.CRAWL))


def feed(path: Path, *lines) -> Path:
    path.write_text(
        "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines),
        encoding="utf-8",
    )
    return path


def test_a_feed(tmp_path):
    path = feed(
        tmp_path / "pages.jsonl",
        {"id": "1", "title": "One", "url": "https://x.example/1", "text": "# One", "extra": 1},
        "\n",
        {"id": 2, "title": "Two", "text": "<p>two</p>", "format": "html"},
        {"id": "3", "title": "Three", "text": "t", "format": "text", "url": ""},
    )
    pages = raw(path)
    assert [(page.page_id, page.form, page.url) for page in pages] == [
        ("1", Format.MARKDOWN, "https://x.example/1"),
        ("2", Format.HTML, None),
        ("3", Format.TEXT, None),
    ]


def test_lines_that_are_no_pages_are_named(tmp_path):
    path = feed(
        tmp_path / "pages.jsonl",
        {"id": "1", "title": "One", "text": "good"},
        "not json\n",
        {"title": "no id", "text": "x"},
        {"id": "1", "title": "again", "text": "x"},
        {"id": "5", "title": "format", "text": "x", "format": "docx"},
        '{"id": "6", "title": "s", "text": "\\ud800 fine"}\n',
    )
    reading = read_source(Source(str(path)))
    assert [page.page_id for page in reading.pages] == ["1"]
    wheres = [where.rpartition(":")[2] for where, _ in reading.report.failed]
    assert wheres == ["2", "3", "4", "5", "6"]
    assert "'id'" in reading.report.failed[1][1]
    assert "line 1" in reading.report.failed[2][1]
    assert "'format'" in reading.report.failed[3][1]


def test_titles_and_addresses(tmp_path):
    path = feed(
        tmp_path / "pages.jsonl",
        {"id": "a/b", "text": "# From the text\n\nBody."},
        {"id": "c/d", "text": "Just a body."},
        {"id": "e", "title": " Given \n title ", "text": "x", "url": "javascript:alert(1)"},
    )
    reading = read_source(Source(str(path), base_url="https://x.example/"))
    assert [(page.title, page.url) for page in reading.pages] == [
        ("From the text", "https://x.example/a/b"),
        ("d", "https://x.example/c/d"),
        ("Given title", "https://x.example/e"),
    ]
    assert "not http" in reading.report.skipped[0][1]


def test_one_bad_page_does_not_stop_the_others(tmp_path):
    write_pages(tmp_path, {"good.md": "# Good\n\nText.", "empty.md": "", "bad.md": "---\na: [\n---\nx"})
    (tmp_path / "binary.txt").write_bytes(b"\x00\x01\x02")
    reading = read_source(Source(str(tmp_path)))
    assert [page.page_id for page in reading.pages] == ["good"]
    assert {Path(where).name: reason.split()[0] for where, reason in reading.report.failed} == {
        "bad.md": "its",
        "binary.txt": "it",
        "empty.md": "there",
    }
    assert reading.failed_ids == {"bad", "binary", "empty"}


def test_a_glossary_on_one_page_gives_a_page_an_entry(tmp_path):
    entries = "".join(f"<dt id=t{i}>term {i}<dd>Meaning {i}." for i in range(6))
    write_pages(tmp_path, {"glossary.html": f"<body><dl>{entries}</dl>"})
    pages = read_source(Source(str(tmp_path))).pages
    assert pages[1].page_id == "glossary#t1"
    assert pages[1].url is None
    html = f"<head><link rel=canonical href=https://x.example/g></head><body><dl>{entries}</dl>"
    write_pages(tmp_path, {"glossary.html": html})
    pages = read_source(Source(str(tmp_path))).pages
    assert pages[1].page_id == pages[1].url == "https://x.example/g#t1"


@pytest.mark.parametrize("name", ["glossary_mdn", "glossary_k8s", "glossary_cncf", "glossary_gpu"])
def test_real_folders(evaldata, name):
    reading = read_source(Source(str(evaldata / name / "raw")))
    assert not reading.report.failed
    assert len(reading.pages) > 75
    text = "\n".join(page.text for page in reading.pages)
    assert "{{<" not in text
    assert "](http" not in text
