"""The page and the widget in a real browser: the system's Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUESTION = "Who invented the attention mechanism?"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

pytestmark = [
    pytest.mark.model,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


class Watched:
    """A page whose console and requests are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.lines.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture(params=["light", "dark"])
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    page = browser.new_page(color_scheme=request.param, reduced_motion="reduce")
    page.set_default_timeout(15_000)
    yield Watched(page)
    page.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def test_a_visitor_asks_on_the_page_and_follows_a_citation(watched: Watched, server: str):
    page = watched.page
    page.goto(server)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask the glossary")
    assert violations(page) == []
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Bahdanau")
    expect(page.get_by_role("button", name=re.compile("Copy"))).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("Source 1")).first.click()
    page.get_by_role("button", name="Show in text").click()
    reader = page.get_by_role("dialog").last
    expect(reader.locator("mark").first).to_contain_text("Bahdanau")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox")).to_be_visible()
    assert [line for line in watched.lines if not line.startswith("log")] == []
    assert all(url.startswith((server, "data:", "blob:")) for url in watched.requests)


def test_a_suggested_question_is_answered(watched: Watched, server: str):
    page = watched.page
    page.goto(server)
    suggested = page.get_by_role("list").get_by_role("button").first
    question = suggested.inner_text().strip()
    suggested.click()
    expect(page.get_by_role("log")).to_contain_text(question)
    expect(page.get_by_role("button", name=re.compile("Source 1")).first).to_be_visible()


def test_what_the_content_does_not_hold_is_refused(watched: Watched, server: str):
    page = watched.page
    page.goto(server)
    page.get_by_role("textbox").fill("What is the boiling point of tungsten?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")
    assert violations(page) == []


def test_the_widget_on_a_page_of_another_origin_by_keyboard_alone(watched: Watched, server: str, host_page: str):
    page = watched.page
    page.goto(f"{host_page}/?service={server}&site=shop")
    launcher = page.get_by_role("button", name=re.compile("Ask the shop"))
    launcher.wait_for()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    launcher.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bahdanau")
    expect(page.get_by_role("button", name=re.compile("Copy"))).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()
    assert watched.lines == []
    assert page.context.cookies() == []
    assert all(url.startswith((server, host_page)) for url in watched.requests)


def test_an_origin_that_the_site_does_not_allow_gets_one_line_and_no_button(
    watched: Watched, server: str, host_page: str
):
    page = watched.page
    page.goto(f"{host_page}/?service={server}&site=default")
    page.wait_for_timeout(1500)
    warnings = [line for line in watched.lines if line.startswith("warning")]
    assert len(warnings) == 1
    assert "allowed_origins" in warnings[0]
    assert page.get_by_role("button").count() == 0


def test_a_phone(browser: Browser, server: str):
    page = browser.new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    page.goto(server)
    page.get_by_role("textbox").fill("What is RAG?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Retrieval-augmented generation")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
