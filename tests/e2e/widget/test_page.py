"""The full page: conversations, search as you type, the source beside the answer, and how it prints."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import until
from tests.e2e.widget.scripted import QUOTE, citation
from tests.e2e.widget.test_glossary import TERMS


@pytest.fixture(autouse=True)
def _terms(script):
    script.terms = list(TERMS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 1000, 390, 320])
def test_ask_and_follow_a_citation(open_page, service, scheme, width):
    watched = open_page(service, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = watched.page
    expect(page.get_by_role("heading", level=1, name="Ask the docs")).to_be_attached()
    assert watched.violations() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_role("textbox", name="Your question").fill("What is an index?")
    page.keyboard.press("Enter")
    chip = page.get_by_role("button", name="Source 1")
    expect(chip).to_be_visible()
    assert watched.violations() == []
    chip.click()
    panel = page.get_by_role("dialog", name="Vector index")
    expect(panel.locator("mark")).to_have_text([QUOTE])
    expect(chip).to_have_attribute("aria-expanded", "true")
    panel.get_by_role("button", name="Why this passage").click()
    heat = panel.get_by_role("region", name="Why this passage")
    expect(heat.locator("th[scope=col]")).to_have_text(["A", "vector", "index", "keeps"])
    expect(heat.locator("th[scope=row]")).to_have_text(["What", "index"])
    expect(heat.get_by_role("cell", name="89 %")).to_have_count(1)
    expect(heat.get_by_role("cell", name="100 %")).to_have_count(1)
    assert watched.violations() == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.faults == []
    assert watched.shifts() == []
    assert all(url.startswith(service) for url in watched.requests)


def test_search_as_you_type(open_page, service, script):
    watched = open_page(service, reduced_motion="reduce")
    page = watched.page
    page.locator("textarea").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("embed")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)  # a term and a passage
    expect(field).to_have_attribute("aria-expanded", "true")
    assert watched.violations() == []
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You asked: What is Embedding?")
    page.keyboard.press("Escape")
    field.fill("vector")
    options.last.click()
    expect(page.get_by_role("dialog", name="Vector index").locator("mark")).to_contain_text("A vector index keeps")
    field.fill("what is it?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You asked: what is it?")
    assert watched.faults == []


def test_the_list_of_conversations(open_page, service):
    watched = open_page(service, reduced_motion="reduce")
    page = watched.page
    ask = page.get_by_role("textbox", name="Your question")
    ask.fill("What is an index?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()
    listed = page.get_by_role("navigation", name="Conversations")
    listed.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("log")).to_be_hidden()
    ask.fill("refuse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")
    expect(listed.get_by_role("listitem")).to_have_text(["refuse", "What is an index?"])
    assert watched.violations() == []
    listed.get_by_role("button", name="What is an index?", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    listed.get_by_role("button", name="Delete What is an index?").click()
    expect(page.get_by_role("log")).to_be_hidden()
    expect(listed.get_by_role("listitem")).to_have_text(["refuse"])


def test_the_list_on_a_phone(open_page, service):
    watched = open_page(service, viewport={"width": 390, "height": 800}, has_touch=True, reduced_motion="reduce")
    page = watched.page
    listed = page.get_by_role("navigation", name="Conversations")
    expect(listed).to_be_hidden()
    page.get_by_role("button", name="Conversations").tap()
    expect(listed).to_be_visible()
    assert watched.violations() == []
    listed.get_by_role("button", name="New conversation").tap()
    expect(listed).to_be_hidden()


def test_a_question_in_the_address_is_asked(open_page, service):
    page = open_page(f"{service}/?q=What+is+an+index%3F").page
    expect(page.get_by_role("log")).to_contain_text("answers fast")


def test_right_to_left(open_page, service):
    watched = open_page(f"{service}/?language=ar", reduced_motion="reduce")
    page = watched.page
    page.locator("textarea").wait_for()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    until(page, lambda: page.get_by_role("navigation").bounding_box()["x"] > 800)
    page.locator("textarea").fill("What is an index?")
    page.keyboard.press("Enter")
    page.locator(".chip").first.click()
    page.locator(".beside mark").wait_for()
    assert watched.violations() == []


def test_on_paper_there_are_questions_and_answers(open_page, service):
    page = open_page(service).page
    page.get_by_role("textbox", name="Your question").fill("What is an index?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("answers fast")).to_be_visible()
    for gone in ("nav", ".composer", ".finder", ".toolbox .tools"):
        expect(page.locator(gone)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("How it works")).to_be_visible()  # the sources unfold


def test_a_shared_answer(open_page, service, script):
    script.shared = {
        "site_id": "default", "site_title": "Ask the docs", "question": "What is an index?", "outcome": "answered",
        "answer": "An index answers fast. [1]", "citations": [citation()], "created_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    watched = open_page(f"{service}/s/abc", reduced_motion="reduce")
    page = watched.page
    expect(page.get_by_role("heading", name="What is an index?")).to_be_visible()
    page.get_by_role("button", name="Source 1").click()
    expect(page.get_by_role("dialog", name="Vector index")).to_contain_text(QUOTE)
    assert watched.violations() == []
    assert watched.faults == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
