"""Honest states: whatever goes wrong is said, nothing is lost, and every state can be used by everyone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import until

FAILURES = {
    "busy": "There are too many questions at the moment.",
    "fault": "The service failed on this question.",
    "invalid": "Message has 5000 characters, which are more than 4000.",
    "cut": "The connection broke before the answer was complete.",
    "error": "The reply broke off by a fault of the service.",
}
LANGUAGES = {
    "en": "Ask a question", "de": "Frage stellen", "fr": "Poser une question", "es": "Hacer una pregunta", "zh": "提问",
    "ar": "اطرح سؤالًا",
}  # fmt: skip


@pytest.mark.parametrize("question", FAILURES)
def test_a_failure_is_told_and_can_be_tried_again(open_page, hosts, script, question):
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.clock.install()
    page.evaluate(f"Glossator.ask('{question}')")
    expect(page.get_by_role("alert")).to_have_text(FAILURES[question])
    if question == "cut":
        expect(page.locator("glossator-chat .answer.part")).to_contain_text("An index")
    assert watched.violations() == []
    retry = page.get_by_role("button", name="Try again")
    if question == "busy":
        expect(retry).to_be_disabled()
        expect(retry).to_have_text(re.compile(r"^Try again in [2-6]\d\d s$"))
        page.clock.run_for(500_000)
        expect(retry).to_have_text(re.compile(r"^Try again in \d?\d s$"))
        page.clock.run_for(100_000)
    expect(retry).to_be_enabled()
    asked = len(script.posted)
    retry.click()
    until(page, lambda: len(script.posted), asked + 1)
    expect(page.get_by_role("alert")).to_have_text(FAILURES[question])


def test_offline(open_page, hosts):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    page.locator("glossator-chat .toggle").click()
    page.get_by_role("textbox", name="Your question").fill("What is an index?")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You are offline.")
    assert watched.violations() == []
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")


def test_slow(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    page.clock.install()
    page.evaluate("Glossator.ask('hold')")
    expect(page.locator("glossator-chat .answer")).to_contain_text("An index")
    page.clock.run_for(6500)
    expect(page.get_by_role("log")).to_contain_text("This takes longer than usual.")
    script.go_on.set()
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("question", "cites"),
    [
        ("What is an index?", True), ("refuse", False), ("closest", True), ("clarify", False), ("unsupported", True),
        ("person", False),
    ],
)  # fmt: skip
def test_every_outcome_is_accessible(open_page, hosts, question, cites, scheme):
    watched = open_page(f"{hosts}/plain", color_scheme=scheme, reduced_motion="reduce")
    page = watched.page
    page.evaluate(f"Glossator.ask('{question}')")
    page.locator("glossator-chat .turn[data-outcome]").wait_for()
    assert watched.violations() == []
    chip = page.get_by_role("button", name="Source 1")
    expect(chip).to_have_count(1 if cites else 0)
    if cites:
        chip.click()
        page.get_by_role("button", name="Why this passage").click()
        page.locator("glossator-chat mark.level-4").first.wait_for()
        assert watched.violations() == []
        page.get_by_role("button", name="Show in text").click()
        page.locator("dialog.reader mark").wait_for()
        assert watched.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(open_page, hosts, script, language):
    script.brand["languages"] = [language]
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.locator("glossator-chat .toggle").click()
    expect(page.get_by_placeholder(LANGUAGES[language])).to_be_focused()
    root = page.locator("glossator-chat section")
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    page.evaluate("Glossator.ask('What is an index?')")
    page.locator("glossator-chat .turn[data-outcome]").wait_for()
    assert watched.violations() == []


def test_the_formality(open_page, hosts, script):
    script.brand |= {"languages": ["de"], "formality": "friendly"}
    page = open_page(f"{hosts}/plain").page
    page.locator("glossator-chat .toggle").click()
    expect(page.get_by_text("Stell eine Frage zum Inhalt dieser Website.")).to_be_visible()


def test_right_to_left_is_a_mirror(open_page, hosts):
    page = open_page(f"{hosts}/arabic").page
    page.locator("glossator-chat .toggle").click()
    send = page.locator("glossator-chat .send").bounding_box()
    field = page.locator("glossator-chat textarea").bounding_box()
    assert send["x"] < field["x"]


@pytest.mark.parametrize("size", [(320, 640), (390, 844), (640, 320)])
def test_small_screens(open_page, hosts, size):
    width, height = size
    watched = open_page(
        f"{hosts}/plain", viewport={"width": width, "height": height}, has_touch=True, reduced_motion="reduce"
    )
    page = watched.page
    page.locator("glossator-chat .toggle").tap()
    panel = page.locator("glossator-chat .panel")
    until(page, panel.bounding_box, {"x": 0, "y": 0, "width": width, "height": height})
    # It covers the page, so the focus stays in it, and first on what tells where one is.
    expect(page.get_by_role("heading", name="Ask the docs")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.localName") in {
            True,
            "glossator-chat",
        }
    assert watched.violations() == []
    page.evaluate("Glossator.ask('What is an index?')")
    page.get_by_role("button", name="Source 1").tap()
    card = page.locator("glossator-chat .card")
    expect(card).to_be_visible()
    until(page, lambda: (box := card.bounding_box())["x"] >= 0 and box["x"] + box["width"] <= width)
    assert watched.violations() == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("glossator-chat .toggle")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough(open_page, hosts):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('What is an index?')")
    page.get_by_role("button", name="Source 1").click()
    expect(page.get_by_role("dialog", name="Vector index")).to_be_visible()
    sizes = page.locator("glossator-chat").evaluate(
        """(chat) => [...chat.shadowRoot.querySelectorAll('button, summary, .actions a')]
          .map((one) => [one.getBoundingClientRect(), one.className])
          .filter(([{ width, height }]) => width && (width < 24 || height < 24)).map(([, name]) => name)"""
    )
    assert sizes == []


def test_forced_colours_and_no_motion(open_page, hosts):
    watched = open_page(f"{hosts}/plain", forced_colors="active", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('What is an index?')")
    chip = page.get_by_role("button", name="Source 1")
    assert chip.evaluate("(chip) => getComputedStyle(chip).borderStyle") == "solid"
    assert page.evaluate("document.getAnimations().length") == 0
    assert watched.violations() == []
