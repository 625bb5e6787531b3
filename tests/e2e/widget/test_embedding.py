"""The widget on other people's pages: whatever these do, it works, and leaves them as they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import until
from tests.e2e.widget.watched import Watched


def launcher(page: Page):
    return page.locator("glossator-chat .toggle")


def stays_closed(page: Page) -> None:
    launcher(page).wait_for()
    page.wait_for_timeout(300)
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")


def converse(watched: Watched) -> None:
    """Open the widget, ask, and look at a citation."""
    page = watched.page
    launcher(page).click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    page.keyboard.type("What is an index?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    page.get_by_role("button", name="Source 1").click()
    expect(page.get_by_role("dialog", name="Vector index")).to_contain_text("A vector index keeps vectors near")


@pytest.mark.parametrize("host", ["plain", "resets", "hostile", "strict"])
def test_it_works_on_a_page_and_does_not_disturb_it(open_page, hosts, service, host):
    watched = open_page(f"{hosts}/{host}")
    page = watched.page
    launcher(page).wait_for()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    assert page.context.cookies() == []
    before = page.locator("main").bounding_box()
    converse(watched)
    assert page.locator("main").bounding_box() == before
    assert watched.faults == []
    assert watched.shifts() == []
    assert all(url.startswith((service, hosts)) for url in watched.requests)
    assert watched.violations() == [] or host == "hostile"  # there, the page itself breaks rules


@pytest.mark.parametrize("host", ["plain", "resets", "hostile"])
def test_it_looks_the_same_everywhere(open_page, hosts, host):
    page = open_page(f"{hosts}/{host}", reduced_motion="reduce").page
    launcher(page).click()
    panel = page.locator("glossator-chat .panel")
    panel.wait_for()
    until(page, panel.bounding_box, {"x": 848, "y": 92, "width": 412, "height": 680})
    assert panel.evaluate("(panel) => getComputedStyle(panel).color") == "rgb(36, 34, 31)"
    assert page.locator("glossator-chat .greeting").evaluate("(text) => getComputedStyle(text).fontSize") == "22.5px"
    # Nothing of the page lies above it.
    assert page.evaluate("document.elementFromPoint(900, 400).localName") == "glossator-chat"


def test_an_application_that_mounts_it_again_and_again(open_page, hosts):
    watched = open_page(f"{hosts}/spa")
    page = watched.page
    launcher(page).wait_for()
    page.evaluate(
        """async () => {
          const view = document.querySelector('#view');
          for (let i = 0; i < 100; i++) {
            const chat = document.createElement('glossator-chat');
            view.replaceChildren(chat);
            await new Promise((next) => setTimeout(next, i % 10 ? 0 : 20));
            if (i % 3 === 0) document.querySelector('glossator-chat[mode=launcher]').remove();
            if (i % 3 === 0) {
              const script = document.createElement('script');
              script.src = document.querySelector('script[src]').src;
              script.dataset.siteId = 'default';
              view.append(script);
              await new Promise((loaded) => (script.onload = loaded));
            }
          }
        }"""
    )
    launcher(page).wait_for()
    expect(page.locator("glossator-chat")).to_have_count(2)
    expect(launcher(page)).to_have_count(1)
    page.evaluate("document.querySelector('#view').replaceChildren()")
    converse(watched)
    assert watched.faults == []


def test_an_element_that_is_moved_keeps_its_conversation(open_page, hosts):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    converse(watched)
    page.evaluate("document.querySelector('main').append(document.querySelector('glossator-chat'))")
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    launcher(page).click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    page.evaluate("window.kept = document.querySelector('glossator-chat'); kept.remove()")
    page.wait_for_timeout(50)
    page.evaluate("document.body.append(kept)")
    launcher(page).click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    assert watched.faults == []


def test_the_panel_is_on_the_next_page_as_the_visitor_left_it(open_page, hosts):
    page = open_page(f"{hosts}/plain").page
    panel = page.locator("glossator-chat .panel")
    launcher(page).click()
    expect(panel).to_be_visible()
    page.reload()
    expect(panel).to_be_visible()
    expect(launcher(page)).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.activeElement === document.body"), "the visitor reads the page"
    page.set_viewport_size({"width": 400, "height": 700})  # where it would cover the page
    page.reload()
    stays_closed(page)
    page.set_viewport_size({"width": 1280, "height": 700})
    page.reload()
    expect(panel).to_be_visible()
    launcher(page).click()
    page.reload()
    stays_closed(page)


def test_a_panel_that_opens_by_itself_is_closed_once(open_page, hosts):
    page = open_page(f"{hosts}/opening").page
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # what looks for the panel is a visitor's act to the browser
    expect(page.locator("glossator-chat .panel")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0, "the visitor did nothing yet"
    page.get_by_role("button", name="Close").click()
    page.reload()
    stays_closed(page)


def test_a_place_of_its_own_on_the_page(open_page, hosts):
    watched = open_page(f"{hosts}/inline")
    page = watched.page
    page.get_by_role("textbox", name="Your question").fill("What is an index?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    assert launcher(page).count() == 0
    assert watched.violations() == []
    assert watched.faults == []


def test_the_page_around_may_open_ask_and_listen(open_page, hosts):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    heard = page.evaluate(
        """async () => {
          const heard = [];
          for (const name of ['open', 'close', 'question']) Glossator.on(name, (detail) => heard.push([name, detail?.text ?? null]));
          const answered = new Promise((done) => Glossator.on('answer', done));
          Glossator.ask('What is an index?');
          const { outcome } = await answered;
          Glossator.close();
          await new Promise((next) => setTimeout(next, 50));
          return [...heard, outcome];
        }"""
    )
    assert heard == [["open", None], ["question", "What is an index?"], ["close", None], "answered"]
    with pytest.raises(Exception, match="has no event"):
        page.evaluate("Glossator.on('anser', () => 1)")


def test_our_page_in_a_frame(open_page, hosts, script):
    watched = open_page(f"{hosts}/frame")
    page = watched.page
    page.evaluate("window.heard = []; Glossator.on('answer', ({ outcome }) => heard.push(outcome)); 0")
    launcher(page).click()
    inner = page.frame_locator("glossator-chat iframe")
    inner.get_by_role("textbox", name="Your question").fill("What is an index?")
    page.keyboard.press("Enter")
    expect(inner.get_by_role("log")).to_contain_text("answers fast")
    page.wait_for_function("heard.length === 1")
    page.evaluate("Glossator.ask('refuse')")
    expect(inner.get_by_role("log")).to_contain_text("I did not find an answer")
    page.keyboard.press("Escape")
    expect(page.locator("glossator-chat .panel")).to_be_hidden()
    assert watched.faults == []


def test_a_second_tag_brings_no_second_launcher(open_page, hosts):
    page = open_page(f"{hosts}/plain").page
    launcher(page).wait_for()
    page.evaluate(
        """() => new Promise((loaded) => {
          const script = document.createElement('script');
          script.src = document.querySelector('script[src]').src;
          script.dataset.siteId = 'default';
          script.onload = loaded;
          document.body.append(script);
        })"""
    )
    assert page.locator("glossator-chat").count() == 1


@pytest.mark.parametrize("color", ["#ffff00", "#ffffff", "#000000", "#777777", "#3355aa"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_colour_of_a_brand_can_be_read(open_page, hosts, script, color, scheme):
    script.brand["color"] = color
    watched = open_page(f"{hosts}/plain", color_scheme=scheme, reduced_motion="reduce")
    converse(watched)
    assert watched.violations() == []


def test_a_brand(open_page, hosts, script):
    script.brand |= {
        "title": "Ask Ada",
        "position": "left",
        "theme": "dark",
        "font": "Georgia, serif",
        "greeting": "Hi!",
    }
    page = open_page(f"{hosts}/plain", color_scheme="light").page
    toggle = page.get_by_role("button", name="Ask Ada")
    assert toggle.bounding_box()["x"] == 20
    toggle.click()
    greeting = page.get_by_text("Hi!")
    assert greeting.evaluate("(text) => getComputedStyle(text).fontFamily").startswith("Georgia, serif")
    assert greeting.evaluate("(text) => getComputedStyle(text).color") == "rgb(235, 231, 224)"
