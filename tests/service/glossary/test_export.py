"""``glossator glossary build``: the glossary as files."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from content.archive import Archive
from content.errors import ConfigurationError
from content.model import Term
from glossator.cli import app
from ingest.pipeline import ingest
from ingest.sources import Source
from service.glossary.addresses import Addresses
from service.glossary.export import build
from service.site import SiteSettings
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, open_snapshot, write_pages


def built(folder, snapshot, **options):
    return build(folder, snapshot, SiteSettings(), None, **options)


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_link_leads_to_a_file(glossary, tmp_path):
    folder = tmp_path / "site"
    done = built(folder, glossary, base="https://static.example.com/g/", ask="https://ask.example.com/")
    written = files(folder)
    assert written == {
        ".glossator-glossary", "index.html", "feed.atom", "sitemap.xml", "assets/glossary.css", "assets/filter.js",
        "assets/icon.svg", "assets/theme.css", "terms/attention-mechanism.html", "terms/softmax.html", "terms/transformer.html",
        "terms/lead-capture.html",
    }  # fmt: skip
    assert (done.terms, done.files, done.removed) == (4, 11, 0)
    for path in folder.rglob("*.html"):
        page = LexborHTMLParser(path.read_text("utf-8"))
        for node in page.css("[href], [src]"):
            target = node.attributes.get("href") or node.attributes.get("src")
            if target.startswith(("https://static.example.com/g/", "#")):
                continue
            if target.startswith("https://ask.example.com/"):
                continue
            assert (path.parent / unquote(target.partition("#")[0])).resolve().is_file(), f"{path}: {target}"
    page = LexborHTMLParser((folder / "terms/softmax.html").read_text("utf-8"))
    address = "https://static.example.com/g/terms/softmax.html"
    assert page.css_first('link[rel="canonical"]').attributes["href"] == address
    assert page.css_first(".ask a").attributes["href"] == "https://ask.example.com/?q=What%20is%20Softmax%3F"
    assert address in (folder / "sitemap.xml").read_text()


def test_without_addresses_there_is_no_feed_and_no_way_to_the_assistant(glossary, tmp_path):
    built(tmp_path / "site", glossary)
    assert not {"feed.atom", "sitemap.xml"} & files(tmp_path / "site")
    page = (tmp_path / "site/terms/softmax.html").read_text("utf-8")
    assert "canonical" not in page
    assert "Ask about this" not in page
    # The form asks a server that there is not: the script shows it.
    index = LexborHTMLParser((tmp_path / "site/index.html").read_text("utf-8"))
    assert "hidden" in index.css_first("form").attributes


def test_a_folder_that_holds_anything_else_is_left_alone(glossary, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/index.html").write_text("mine")
    with pytest.raises(ConfigurationError, match="not empty"):
        built(tmp_path / "mine", glossary)
    assert (tmp_path / "mine/index.html").read_text() == "mine"
    with pytest.raises(ConfigurationError, match="is a file"):
        built(tmp_path / "mine/index.html", glossary)


def test_another_build_removes_what_is_gone_and_nothing_else(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    site = tmp_path / "site"
    built(site, open_snapshot(tmp_path / "var"), base="https://x.example/")
    (site / "CNAME").write_text("x.example")
    (pages / "softmax.md").unlink()
    ingest_folder(tmp_path / "var", pages)
    done = built(site, open_snapshot(tmp_path / "var"))
    assert done.removed == 3  # the term, the feed and the sitemap
    assert not (site / "terms/softmax.html").exists()
    assert (site / "CNAME").read_text() == "x.example"


def test_a_list_of_files_that_leads_elsewhere_removes_nothing_there(glossary, tmp_path):
    built(tmp_path / "site", glossary)
    (tmp_path / "precious").write_text("x")
    with (tmp_path / "site/.glossator-glossary").open("a") as file:
        file.write(f"../precious\n{tmp_path}/precious\n")
    built(tmp_path / "site", glossary)
    assert (tmp_path / "precious").exists()


def test_terms_of_one_slug_stand_beside_a_page_of_choices(tmp_path):
    for name in ("a b", "a-b"):
        write_pages(tmp_path / name, {"softmax.md": GLOSSARY["softmax.md"]})
    sources = [Source(str(tmp_path / name), name) for name in ("a b", "a-b")]
    ingest(Archive(tmp_path / "var"), sources, HashingEmbedder())
    built(tmp_path / "site", open_snapshot(tmp_path / "var"))
    terms = {path.name for path in (tmp_path / "site/terms").iterdir()}
    assert terms == {"softmax.html", "softmax--a-b.html", "softmax--a-b-2.html"}
    choices = LexborHTMLParser((tmp_path / "site/terms/softmax.html").read_text("utf-8"))
    links = [node.attributes["href"] for node in choices.css("main a")]
    assert links == ["../terms/softmax--a-b.html", "../terms/softmax--a-b-2.html"]


def test_names_of_files_are_short_enough_for_a_disk_and_unlike():
    terms = [Term(f"{'x' * 300}{end}", "x", (), "", 0, 0, (), "default", "x", None) for end in "ab"]
    paths = Addresses.files(terms, None, None).terms.values()
    assert len(set(paths)) == 2
    assert all(len(Path(path).name) < 200 for path in paths)


def test_the_command(glossary_dir, tmp_path):
    command = ["--data-dir", str(glossary_dir), "glossary", "build", str(tmp_path / "site")]
    done = CliRunner().invoke(app, [*command, "--json", "--base-url", "https://x.example", "--collection", "default"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["terms"], said["files"]) == (4, 11)
    wrong = CliRunner().invoke(app, [*command, "--base-url", "x.example"])
    assert isinstance(wrong.exception, ConfigurationError)
