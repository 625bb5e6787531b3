"""People: a talk that goes on after a reload, honest offers where nobody is there, and the form when the site wants it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import until

FORM = {"when": "during", "fields": ["name", "company", "message"], "required": [], "consent": "Store it."}
ACTIVE = {"id": "h1", "status": "active", "agent": "Ada", "offline": False}


def called(page: Page) -> None:
    """Ask for a person."""
    page.evaluate("Glossator.ask('person')")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_role("log")).to_contain_text("A person has been asked to join.")


@pytest.mark.parametrize("host", ["plain", "frame", "page"])
def test_a_talk_goes_on_after_a_reload(open_page, hosts, service, script, host):
    watched = open_page(service if host == "page" else f"{hosts}/{host}", reduced_motion="reduce")
    page = watched.page
    chat = page.frame_locator("glossator-chat iframe") if host == "frame" else page
    if host == "page":
        page.get_by_role("textbox", name="Your question").fill("person")
        page.keyboard.press("Enter")
    else:
        page.evaluate("Glossator.ask('person')")
    chat.get_by_role("button", name="Talk to a person").click()
    expect(chat.locator(".note")).to_have_text(["A person has been asked to join. The answer will appear here."])
    expect(chat.get_by_role("button", name="Talk to a person")).to_have_count(0)
    script.handoff = ACTIVE
    expect(chat.locator(".note").last).to_have_text("Ada has joined.")
    script.agent.append("Hello, this is **Ada**.")
    expect(chat.locator(".person")).to_have_count(1)
    if host != "page":
        page.evaluate("Glossator.close()")
    page.goto("about:blank")
    script.agent.append("Are you still there?")
    page.go_back()
    if host != "page":
        toggle = page.get_by_role("button", name="Ask the docs. New messages: 1", exact=True)
        expect(toggle).to_have_attribute("data-unread", "1")
        toggle.click()
        expect(page.locator("glossator-chat .toggle")).to_have_accessible_name("Ask the docs")
    expect(chat.locator(".person .answer")).to_contain_text(["Hello, this is Ada.", "Are you still there?"])
    script.agent.append("I am.")
    expect(chat.locator(".person .answer")).to_contain_text(["Hello", "Are you still there?", "I am."])
    expect(chat.locator(".note")).to_have_text([re.compile("."), re.compile(r"^Ada has joined\.")])
    expect(chat.get_by_placeholder("Write to Ada")).to_be_visible()
    script.handoff = ACTIVE | {"status": "returned"}
    expect(chat.locator(".note").last).to_have_text("Ada has left. The assistant answers again.")
    expect(chat.get_by_placeholder("Ask a question")).to_be_visible()
    listened = script.listened
    page.reload()
    expect(chat.locator(".person .answer")).to_contain_text(["Hello", "Are you still there?", "I am."])
    expect(chat.locator(".note")).to_have_count(3)
    assert script.listened == listened, "nobody listens where nobody speaks"
    assert watched.faults == []
    assert watched.violations() == []


def test_a_person_whom_a_rule_has_called_is_heard_at_once(open_page, hosts, script):
    script.brand = {"person_by_rule": True}
    script.handoff = ACTIVE | {"status": "waiting", "agent": None}
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('What is an index?')")
    expect(page.locator(".note")).to_have_text(["A person has been asked to join. The answer will appear here."])
    script.agent.append("Hello, this is Ada.")
    expect(page.locator(".person .answer")).to_contain_text(["Hello, this is Ada."])
    assert watched.faults == []


def test_what_has_arrived_is_told_in_every_way(open_page, hosts, script):
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    called(page)
    page.keyboard.press("Escape")
    script.agent.append("Hello")
    expect(page.get_by_role("status")).to_have_text("New messages: 1")
    assert watched.violations() == []


def test_nothing_is_loaded_for_visitors_who_talk_to_nobody(open_page, hosts, script):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    page.evaluate("Glossator.ask('What is an index?')")
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()
    page.evaluate("Glossator.close()")
    watched.requests.clear()
    page.reload()
    page.locator("glossator-chat .toggle").wait_for()
    page.wait_for_timeout(300)
    asked = [url.rsplit("/", 1)[1] for url in watched.requests if "/assets/" in url or "/v1/" in url]
    assert asked == ["default"]  # the site


def test_a_talk_outlasts_a_view_that_is_mounted_again(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    called(page)
    script.agent.append("Hello")
    expect(page.locator(".person")).to_have_count(1)
    page.evaluate("(chat => { chat.remove(); document.body.append(chat); })(document.querySelector('glossator-chat'))")
    script.agent.append("Again")
    expect(page.get_by_role("button", name="New messages: 1")).to_be_visible()
    page.locator("glossator-chat .toggle").click()
    expect(page.locator(".person")).to_have_count(2)


def test_a_stream_that_fails_is_taken_up_again(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    failed: list[int] = []
    page.on("response", lambda reply: failed.append(reply.status) if reply.url.endswith("/events") else None)
    page.clock.install(time="2030-01-01T00:00:00")
    script.events_status = 500
    called(page)
    page.clock.pause_at("2030-01-01T12:00:00")  # from here on time passes only when it is told to

    def waits() -> bool:
        attempts = script.listened
        page.wait_for_timeout(300)
        return len(failed) == script.listened == attempts

    for _ in range(3):
        until(page, waits)
        attempts = script.listened
        until(page, lambda attempts=attempts: (page.clock.run_for(60_000), script.listened)[1] > attempts)
    assert set(failed) == {500}
    script.events_status = 200
    script.agent.append("Hello")
    until(page, lambda: (page.clock.run_for(60_000), page.locator(".person").count())[1], 1)


def test_a_conversation_that_is_gone_is_not_asked_for_again(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    page.clock.install()
    script.events_status = 404
    called(page)
    expect(page.locator(".note").last).to_have_text("The request for a person has ended. The assistant answers you.")
    page.clock.run_for(200_000)
    assert script.listened == 1


def test_where_nobody_is_there_a_message_is_offered(open_page, hosts, script):
    script.brand["person_there"] = False
    watched = open_page(f"{hosts}/plain", viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('refuse')")
    expect(page.get_by_role("log")).to_contain_text("Nobody is here at the moment. Leave a message")
    assert page.get_by_role("button", name="Talk to a person").count() == 0
    page.get_by_role("button", name="Leave a message").click()
    page.get_by_label("E-mail address", exact=True).fill("ada@example.com")
    page.get_by_role("checkbox").check()
    assert watched.violations() == []
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Your message has been sent.")).to_be_focused()
    assert dict(script.posted)["/v1/leads"]["message"] == "refuse"


def test_a_site_that_takes_no_addresses_asks_how_to_reach_the_visitor(open_page, hosts, script):
    script.brand["person_there"] = False
    script.features["leads"] = False
    script.offline = True
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('refuse')")
    page.get_by_role("button", name="Leave a message").click()
    page.get_by_label("How can we reach you?").fill("+44 20 7946 0000")
    assert watched.violations() == []
    page.get_by_role("button", name="Submit").click()
    note = page.locator(".note")
    expect(note).to_contain_text("Nobody is here at the moment. Your request is kept")
    expect(note).to_be_focused()
    sent = {"conversation_id": "c1", "reason": "refuse", "contact": "+44 20 7946 0000"}
    assert dict(script.posted)["/v1/handoffs"] == sent


def test_whoever_has_just_left_is_not_promised(open_page, hosts, script):
    script.offline = True  # since the page was loaded
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('person')")
    page.get_by_role("button", name="Talk to a person").click()
    note = page.locator(".note")
    expect(note).to_contain_text("Nobody is here at the moment. Your request is kept")
    expect(note).to_be_focused()
    note.get_by_role("button", name="Leave a message").click()
    expect(note.get_by_label("E-mail address", exact=True)).to_be_focused()
    assert watched.violations() == []


def test_a_request_that_nobody_took_ends(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    called(page)
    script.handoff = ACTIVE | {"status": "closed", "agent": None}
    expect(page.locator(".note").last).to_have_text("The request for a person has ended. The assistant answers you.")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_form_before_the_first_question(open_page, hosts, service, script, width):
    script.brand["lead_form"] = FORM | {"when": "before"}
    watched = open_page(f"{hosts}/plain", viewport={"width": width, "height": 700}, reduced_motion="reduce")
    page = watched.page
    page.locator("glossator-chat .toggle").click()
    form = page.get_by_role("form", name="How can we reach you?")
    expect(form.get_by_role("textbox")).to_have_count(3)  # the message is what they are about to write
    expect(page.get_by_role("textbox", name="Your question")).to_be_hidden()
    assert watched.violations() == []
    assert page.evaluate("Object.keys(sessionStorage)") == [f"glossator:open:{service}:default"]
    if width == 1280:
        expect(form.get_by_label("E-mail address", exact=True)).to_be_focused()
    form.get_by_label("E-mail address", exact=True).fill("ada@example.com")
    form.get_by_label("Company (optional)").fill("Analytical Engines")
    form.get_by_role("checkbox", name="Store it.").check()
    form.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    assert dict(script.posted)["/v1/leads"] == {
        "email": "ada@example.com", "company": "Analytical Engines", "consent": True,
    }  # fmt: skip
    page.evaluate("Glossator.close()")
    page.reload()
    page.locator("glossator-chat .toggle").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()


def test_a_question_waits_for_the_form_and_is_asked_when_it_is_skipped(open_page, service, script):
    script.brand["lead_form"] = FORM | {"when": "before"}
    watched = open_page(f"{service}/?q=What%20is%20an%20index%3F", reduced_motion="reduce")
    page = watched.page
    skip = page.get_by_role("button", name="Skip")
    expect(skip).to_be_visible()
    assert watched.violations() == []
    assert script.posted == []
    skip.click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    page.get_by_role("button", name="New conversation").first.click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()  # asked once


def test_a_form_that_must_be_filled_in_cannot_be_skipped(open_page, hosts, script):
    script.brand["lead_form"] = FORM | {"when": "before", "required": ["email"]}
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('What is an index?')")
    page.get_by_label("E-mail address", exact=True).fill("ada@example.com")
    assert page.get_by_role("button", name="Skip").count() == 0
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("log")).to_contain_text("answers fast")


def test_the_form_after_a_conversation(open_page, hosts, script):
    script.brand["lead_form"] = FORM | {"when": "after"}
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('refuse')")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")
    leave = page.get_by_role("button", name="Leave a message")
    assert leave.count() == 0  # not yet
    page.get_by_role("button", name="Not helpful").click()
    expect(leave).to_be_visible()
    assert watched.violations() == []
    page.get_by_role("button", name="New conversation").click()
    form = page.get_by_role("form", name="Shall we get back to you about this conversation?")
    expect(form).to_be_visible()
    assert watched.violations() == []
    form.get_by_label("E-mail address", exact=True).fill("ada@example.com")
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Your message has been sent.")).to_be_visible()
    assert dict(script.posted)["/v1/leads"]["conversation_id"] == "c1"
    page.evaluate("Glossator.ask('refuse')")
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert leave.count() == 0  # asked once


def test_the_form_after_a_person_has_left(open_page, hosts, script):
    script.brand["lead_form"] = FORM | {"when": "after"}
    page = open_page(f"{hosts}/plain").page
    called(page)
    script.handoff = ACTIVE | {"status": "closed"}
    note = page.locator(".note").last
    expect(note).to_contain_text("Ada has left.")
    note.get_by_role("button", name="Leave a message").click()
    expect(note.get_by_label("E-mail address", exact=True)).to_be_focused()


def test_what_cannot_be_loaded_locks_nobody_out(open_page, hosts, script):
    script.brand["lead_form"] = FORM | {"when": "before", "required": ["email"]}
    page = open_page(f"{hosts}/plain").page
    page.route("**/assets/people-*", lambda route: route.abort())
    page.evaluate("Glossator.ask('refuse')")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_role("alert")).to_have_text("That did not work. Please try again.")
