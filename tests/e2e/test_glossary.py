"""The glossary's pages in a real browser, and the worst that content can say, read from a disk without any policy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service.glossary.export import build
from service.site import SiteSettings
from tests.e2e.browser import PATIENCE_MS, launched, needs_chromium
from tests.e2e.widget.watched import Watched, violations
from tests.fakes import ingest_folder, open_snapshot, write_pages
from tests.service.glossary.test_hostile import payloads

pytestmark = [
    pytest.mark.model,
    pytest.mark.browser,
    needs_chromium,
]

# What tells of a script that ran: the payloads call alert and its like.
_TRAP = """window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"])
  window[name] = (...said) => { window.ran.push(name + ": " + said.join()); };"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(params=["light", "dark"])
def seen(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    page = chromium.new_page(color_scheme=request.param, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE_MS)
    yield Watched(page)
    page.close()


def overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_reader_finds_a_term_and_goes_on_to_its_neighbour(seen: Watched, server: str):
    page = seen.page
    page.goto(f"{server}/glossary")
    assert violations(page) == []
    names = page.locator(".terms .name")
    everything = names.count()
    page.keyboard.press("/")
    page.keyboard.type("okapi")
    expect(page.get_by_role("status")).to_have_text("1 term")
    expect(names.filter(visible=True)).to_have_text("BM25")
    page.keyboard.type(" nonsense")
    expect(page.get_by_text("No term goes by that name.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("searchbox").fill("")
    expect(names.filter(visible=True)).to_have_count(everything)
    page.get_by_role("link", name="BM25", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("BM25")
    assert violations(page) == []
    page.locator(".related").get_by_role("link", name="Semantic Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Semantic Search")
    page.get_by_role("link", name="Ask about this").click()
    expect(page).to_have_url(re.compile(r"/\?q=What%20is%20Semantic%20Search%3F$"))
    assert all(url.startswith(server) for url in seen.requests)


def test_pages_that_say_no_are_pages_too(seen: Watched, server: str):
    for path in ("/glossary/no-such-term", "/glossary?query=zzz"):
        seen.page.goto(server + path)
        expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
        assert violations(seen.page) == []


def test_the_picture_stays_within_its_labels(chromium: Browser, server: str):
    page = chromium.new_page()
    for slug in ("approximate-nearest-neighbor-search", "attention-mechanism-paper", "large-language-model"):
        page.goto(f"{server}/glossary/{slug}")
        spills = page.evaluate(
            """() => [...document.querySelectorAll(".picture g")].filter((label) => {
                 const box = label.querySelector("rect").getBBox();
                 return [...label.querySelectorAll("text")].some((text) => text.getBBox().width > box.width);
               }).map((label) => label.textContent)"""
        )
        assert spills == []
    page.close()


def test_nothing_of_it_needs_a_script(chromium: Browser, server: str):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(f"{server}/glossary")
    page.get_by_role("searchbox").fill("okapi")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".terms .name")).to_have_text(["BM25"])
    page.get_by_role("link", name="BM25").click()
    expect(page.locator(".definition")).to_contain_text("ranks documents")
    page.close()


def test_it_fits_a_phone(chromium: Browser, server: str):
    page = chromium.new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    for path in ("/glossary", "/glossary/vector-index", "/glossary/softmax", "/glossary/bm25"):
        page.goto(server + path)
        assert overflow(page) == 0, path
        assert violations(page) == []
    page.close()


def test_the_console_stays_silent(seen: Watched, server: str):
    for path in ("/glossary", "/glossary/bm25"):
        seen.page.goto(server + path)
    assert seen.lines == []


@pytest.fixture(scope="module")
def attacked(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A glossary as files of which every term, and every paragraph of one page, is a payload."""
    folder = tmp_path_factory.mktemp("attacked")
    said = payloads(hostile)
    lines = [
        {"id": str(number), "title": payload, "url": payload, "format": "text", "text": f"Definition: {payload}"}
        for number, payload in enumerate(said)
    ]
    everything = "\n\n".join(f"{payload}\n\n- {payload}" for payload in said)
    lines.append({"id": "all", "title": "Everything", "format": "text", "text": f"Definition: all.\n\n{everything}"})
    write_pages(folder, {"feed.jsonl": "\n".join(map(json.dumps, lines))})
    ingest_folder(folder / "var", folder / "feed.jsonl")
    build(folder / "site", open_snapshot(folder / "var"), SiteSettings(), None)
    return folder / "site"


def test_no_payload_runs_or_is_loaded(chromium: Browser, attacked: Path):
    page = chromium.new_page()
    watched = Watched(page)
    page.add_init_script(_TRAP)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    index = (attacked / "index.html").as_uri()
    page.goto(index)
    terms = page.locator(".terms .name").count()
    assert terms > 100
    for path in (attacked / "index.html", attacked / "terms" / "everything.html"):
        page.goto(path.as_uri())
        page.mouse.move(200, 300)
        page.keyboard.press("Tab")
        page.wait_for_timeout(200)
        assert page.evaluate("window.ran") == []
        live = page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(live) <= {"file:", "http:", "https:", "mailto:"}
    page.evaluate("alert('caught')")
    assert page.evaluate("window.ran") == ["alert: caught"]  # what runs is noticed
    own = attacked.as_uri()
    assert [url for url in watched.requests if not url.startswith(own)] == []
    assert dialogs == []
    assert watched.lines == []
    page.goto(index)
    page.locator("#query").fill("everything")  # the filter works from a disk
    expect(page.locator(".terms .name").filter(visible=True).last).to_have_text("Everything")
    page.close()
