"""The main ways of a visitor and of a site's owner, with the real service and the glossary that ships."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PATIENCE, folder_served, glossator, serving

pytestmark = pytest.mark.model

QUESTION = "Who invented the attention mechanism?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an owner's page."""
    return tmp_path_factory.mktemp("owner")


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[str]:
    """The origin that the folder is served at."""
    with folder_served(folder) as origin:
        yield origin


@pytest.fixture(scope="module")
def sites(origin: str, host_page: str) -> str:
    """The sites, as a setting."""
    docs = {"id": "docs", "title": "Ask the docs", "allowed_origins": [origin, host_page], "color": "#1f6b55"}
    return json.dumps([{"id": "default"}, docs])


@pytest.fixture(scope="module")
def server(shipped: Path, sites: str) -> Iterator[str]:
    with serving(shipped, site=sites) as address:
        yield address


@pytest.fixture(scope="module")
def snippet(folder: Path, server: str) -> None:
    """Paste the snippet into an empty file, once for a site that allows the origin and once for one that does not."""
    for name, site in (("index.html", "docs"), ("refused.html", "default")):
        tag = f'<script async src="{server}/widget.js" data-site-id="{site}"></script>'
        (folder / name).write_text(f"<!doctype html><title>Mine</title>{tag}", encoding="utf-8")


@pytest.mark.usefixtures("snippet")
def test_an_owner_pastes_the_snippet(open_page, origin, server):
    watched = open_page(f"{origin}/index.html")
    page = watched.page
    page.get_by_role("button", name="Ask the docs").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bahdanau")
    page.get_by_role("button", name="Source 1").first.click()
    page.get_by_role("button", name="Show in text").click()
    expect(page.locator("dialog.reader mark").first).to_contain_text("Bahdanau")
    assert [line for line in watched.faults if "favicon" not in line and "404" not in line] == []
    assert all(url.startswith((server, origin)) for url in watched.requests)


@pytest.mark.usefixtures("snippet")
def test_an_origin_that_is_not_allowed_is_told_the_setting(open_page, origin):
    watched = open_page(f"{origin}/refused.html")
    page = watched.page
    page.wait_for_function("document.querySelector('glossator-chat')?.hidden")
    warnings = [line for line in watched.lines if line.startswith("warning")]
    assert len(warnings) == 1
    assert f'Add "{origin}" to allowed_origins' in warnings[0]
    assert page.get_by_role("button").count() == 0


def test_a_strict_policy_by_the_real_service(open_page, server, host_page):
    watched = open_page(f"{host_page}/?service={server}&site=docs")
    page = watched.page
    page.get_by_role("button", name="Ask the docs").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bahdanau")
    assert [line for line in watched.faults if "404" not in line] == []


def test_the_frame_lets_in_the_pages_that_the_site_allows(open_page, server, origin, folder):
    for site, shown in (("docs", True), ("default", False)):
        frame = f'<iframe src="{server}/frame/{site}" width=400 height=600></iframe>'
        (folder / "frame.html").write_text(f"<!doctype html><title>Mine</title>{frame}", encoding="utf-8")
        page = open_page(f"{origin}/frame.html").page
        page.wait_for_timeout(500)
        field = page.frame_locator("iframe").get_by_role("textbox")
        expect(field).to_have_count(1 if shown else 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_visitor_asks_on_the_page_and_follows_a_citation(open_page, server, scheme):
    watched = open_page(server, color_scheme=scheme, reduced_motion="reduce")
    page = watched.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask the glossary")
    page.get_by_role("textbox", name="Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bahdanau")
    assert watched.violations() == []
    page.get_by_role("button", name="Source 1").first.click()
    expect(page.locator(".beside mark").first).to_contain_text("Bahdanau")
    assert watched.violations() == []
    page.get_by_role("button", name="Why this passage").click()
    expect(page.locator(".beside th[scope=col]").first).to_be_visible()
    said = page.locator(".beside blockquote").inner_text()
    heads = page.locator(".beside th[scope=col]").all_inner_texts()
    assert {"introduced", "mechanism", "Bahdanau"} <= set(heads)
    at = 0
    for word in heads:  # the quote's own words, in their order
        at = said.index(word, at) + len(word)
    assert set(page.locator(".beside blockquote mark").all_inner_texts()) <= set(heads)
    assert watched.violations() == []
    assert watched.faults == []
    assert all(url.startswith((server, "data:", "blob:")) for url in watched.requests)


def test_a_suggested_question_is_answered(open_page, server):
    page = open_page(server).page
    suggested = page.locator(".starters button").first
    question = suggested.inner_text().strip()
    suggested.click()
    expect(page.get_by_role("log")).to_contain_text(question)
    expect(page.get_by_role("button", name="Source 1").first).to_be_visible()


def test_what_the_content_does_not_hold_is_refused(open_page, server):
    page = open_page(server).page
    page.get_by_role("textbox", name="Your question").fill("What is the boiling point of tungsten?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")


def test_search_as_you_type_over_the_real_glossary(open_page, server):
    page = open_page(server).page
    page.locator("textarea").wait_for()
    page.get_by_role("combobox").fill("embedd")
    expect(page.get_by_role("option").first).to_contain_text("Embedding")


@pytest.fixture
def agent(shipped: Path, server: str, sites: str) -> Iterator[httpx.Client]:
    """An agent at the inbox."""
    made = glossator(shipped, "keys", "create", "--role", "agent", "--json", site=sites)
    assert made.returncode == 0, made.stderr
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    with httpx.Client(base_url=f"{server}/v1/admin", headers=headers, timeout=PATIENCE) as client:
        yield client


def waiting(agent: httpx.Client, site: str) -> str:
    """Return the handoff that waits at a site, once there is one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        reply = agent.get("handoffs", params={"status": "waiting"}).raise_for_status()
        if found := [one["id"] for one in reply.json()["items"] if one["site_id"] == site]:
            return f"handoffs/{found[0]}"
        time.sleep(0.2)
    raise AssertionError("nobody waits")


def transcript(agent: httpx.Client, handoff: str) -> list[tuple[str, str]]:
    """Return who wrote what, as the agent sees it."""
    messages = agent.get(handoff).raise_for_status().json()["handoff_messages"]
    return [(one["author"], one["text"]) for one in messages]


@pytest.mark.parametrize("face", ["widget", "page"])
@pytest.mark.usefixtures("snippet")
def test_a_talk_with_an_agent_goes_on_after_a_reload(open_page, origin, server, agent, face):
    watched = open_page(f"{origin}/index.html" if face == "widget" else server)
    page = watched.page
    if face == "widget":
        page.get_by_role("button", name="Ask the docs").click()
    page.get_by_role("textbox", name="Your question").fill("I want to talk to a person")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Talk to a person", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("A person has been asked to join.")
    handoff = waiting(agent, "docs" if face == "widget" else "default")
    agent.post(f"{handoff}/take").raise_for_status()
    expect(page.get_by_role("log")).to_contain_text("has joined.")
    agent.post(f"{handoff}/reply", json={"text": "How can I help?"}).raise_for_status()
    expect(page.locator(".person")).to_have_count(1)
    page.get_by_role("textbox", name="Your question").fill("It says error 4711.")
    page.keyboard.press("Enter")
    expect(page.locator(".turn[data-outcome=handed_off]")).to_have_count(1)

    if face == "widget":
        page.evaluate("Glossator.close()")
    page.goto("about:blank")
    agent.post(f"{handoff}/reply", json={"text": "That one is known."}).raise_for_status()
    page.go_back()
    if face == "widget":
        page.get_by_role("button", name="New messages: 1").click()
    expect(page.locator(".person .answer")).to_contain_text(["How can I help?", "That one is known."])
    agent.post(f"{handoff}/reply", json={"text": "Please try again."}).raise_for_status()
    expect(page.locator(".person .answer")).to_contain_text(["How", "That one is known.", "Please try again."])

    page.get_by_role("textbox", name="Your question").fill("It works.")
    page.keyboard.press("Enter")
    expect(page.locator(".turn[data-outcome=handed_off]")).to_have_count(2)
    said = [
        ("agent", "How can I help?"), ("visitor", "It says error 4711."), ("agent", "That one is known."),
        ("agent", "Please try again."), ("visitor", "It works."),
    ]  # fmt: skip
    until = time.monotonic() + PATIENCE
    while (heard := transcript(agent, handoff)) != said and time.monotonic() < until:
        time.sleep(0.2)
    assert heard == said
    agent.post(f"{handoff}/return").raise_for_status()
    expect(page.get_by_role("log")).to_contain_text("has left. The assistant answers again.")
    page.get_by_role("textbox", name="Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Bahdanau")
    assert [line for line in watched.faults if "favicon" not in line and "404" not in line] == []
