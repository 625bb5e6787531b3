"""A conversation: by keyboard, with citations, feedback, sharing, and what is kept of it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.browser import until
from tests.e2e.widget.scripted import QUOTE


def test_a_conversation_by_keyboard_alone(open_page, hosts, script):
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    toggle = page.locator("glossator-chat .toggle")
    toggle.wait_for()
    for _ in range(3):  # past the page's own links
        page.keyboard.press("Tab")
        if toggle.evaluate("(button) => button.matches(':focus')"):
            break
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    field = page.get_by_role("textbox", name="Your question")
    expect(field).to_be_focused()
    page.keyboard.type("What is an index?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    chip = page.get_by_role("button", name="Source 1")
    chip.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Vector index")
    expect(card).to_be_focused()
    expect(chip).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Show in text")).to_be_focused()
    page.keyboard.press("Enter")
    reader = page.locator("dialog.reader")
    expect(reader.locator("mark")).to_have_text(QUOTE)
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    chip.focus()
    page.keyboard.press("Enter")
    expect(card).to_be_focused()
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    page.keyboard.press("Escape")
    expect(toggle).to_be_focused()
    expect(page.locator("glossator-chat .panel")).to_be_hidden()
    assert watched.faults == []


def test_the_card_shows_the_quote_with_the_words_that_were_found(open_page, hosts):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('What is an index?')")
    page.get_by_role("button", name="Source 1").click()
    card = page.get_by_role("dialog", name="Vector index")
    expect(card.locator("blockquote")).to_have_text(QUOTE)
    expect(card.locator("mark")).to_have_text(["vector index"])
    link = card.get_by_role("link", name="Open page")
    assert link.get_attribute("href").startswith("https://docs.example/index#:~:text=")
    card.get_by_role("button", name="Why this passage").click()
    expect(card.locator("mark.level-4")).to_have_text(["vector", "index"])
    page.mouse.click(300, 600)
    expect(card).to_be_hidden()


def test_an_answer_is_made_of_what_markdown_says(open_page, hosts):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('What is an index?')")
    answer = page.locator("glossator-chat .answer")
    expect(answer.locator("strong")).to_have_text("index")
    expect(answer.locator("em")).to_have_text("fast")
    expect(answer.locator("li")).to_have_count(2)
    expect(answer.locator("pre")).to_have_text("index = build(vectors)")
    expect(answer.get_by_role("cell")).to_have_text(["flat", "slow"])
    expect(answer.get_by_role("link")).to_have_attribute("href", "https://docs.example/")


def test_screen_readers_get_the_answer_in_one_piece(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('hold')")
    answer = page.locator("glossator-chat .answer")
    expect(answer).to_have_attribute("aria-hidden", "true")
    expect(page.get_by_role("status")).to_have_text("Searching the content…")
    script.go_on.set()
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()
    expect(answer).not_to_have_attribute("aria-hidden", "true")
    expect(page.get_by_role("status")).to_have_text("")


def test_an_answer_can_be_stopped_and_asked_for_again(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('hold')")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("log")).to_contain_text("Stopped before the answer was complete.")
    script.go_on.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()


def test_what_can_mean_several_things_is_chosen(open_page, hosts, script):
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('clarify')")
    page.get_by_role("button", name="The HNSW index?").click()
    expect(page.get_by_role("log")).to_contain_text("You asked: The HNSW index?")
    expect(page.locator("glossator-chat .turn[data-outcome]")).to_have_count(2)
    assert script.posted[-1][1] == {"message": "The HNSW index?", "conversation_id": "c1"}


def test_a_conversation_is_kept_in_its_tab_alone(open_page, hosts, service):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    page.evaluate("Glossator.ask('What is an index?')")
    expect(page.get_by_role("button", name="Source 1")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("answers fast")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    until(page, lambda: page.evaluate("Object.keys(sessionStorage)"), [f"glossator:open:{service}:default"])


def test_thumbs_with_a_comment(open_page, hosts, script):
    watched = open_page(f"{hosts}/plain")
    page = watched.page
    page.evaluate("Glossator.ask('What is an index?')")
    down = page.get_by_role("button", name="Not helpful")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="What was good or missing?").fill("No example.")
    assert watched.violations() == []
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    sent = [body for path, body in script.posted if path == "/v1/feedback"]
    rating = {"message_id": "m1", "rating": "down"}
    assert sent == [rating, rating | {"comment": "No example."}]


def test_copying_and_sharing(open_page, hosts, service):
    page = open_page(f"{hosts}/plain", permissions=["clipboard-read", "clipboard-write"]).page
    page.evaluate("Glossator.ask('unsupported')")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "An index answers fast. [1]\n\n[1] Vector index › How it works, https://docs.example/index"
    expect(page.get_by_text("It was invented in 1990.")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{service}/shared/abc"


def test_a_message_for_the_people_behind_the_site(open_page, hosts, script):
    watched = open_page(f"{hosts}/plain", reduced_motion="reduce")
    page = watched.page
    page.evaluate("Glossator.ask('refuse')")
    page.get_by_role("button", name="Leave a message").click()
    form = page.get_by_role("form", name="Leave a message")
    expect(form.get_by_label("E-mail address", exact=True)).to_be_focused()
    page.keyboard.type("ada@example.com")
    assert watched.violations() == []
    form.get_by_role("button", name="Submit").click()
    assert "/v1/leads" not in dict(script.posted)  # no consent, no message
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Your message has been sent.")).to_be_visible()
    assert dict(script.posted)["/v1/leads"] == {
        "email": "ada@example.com", "message": "refuse", "consent": True, "conversation_id": "c1",
    }  # fmt: skip


def test_a_site_asks_for_fields_of_its_own(open_page, hosts, script):
    script.brand["lead_form"] = {
        "when": "during", "fields": ["company", "order"], "required": ["order"], "consent": "Store it.",
    }  # fmt: skip
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('refuse')")
    page.get_by_role("button", name="Leave a message").click()
    form = page.get_by_role("form", name="Leave a message")
    form.get_by_label("E-mail address", exact=True).fill("ada@example.com")
    form.get_by_label("Order").fill("4711")
    form.get_by_role("checkbox", name="Store it.").check()
    form.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Your message has been sent.")).to_be_visible()
    assert dict(script.posted)["/v1/leads"] == {
        "fields": {"order": "4711"}, "email": "ada@example.com", "consent": True, "conversation_id": "c1",
    }  # fmt: skip


def test_a_site_that_asks_for_a_session_gets_one(open_page, hosts, script):
    script.brand["session_required"] = True
    page = open_page(f"{hosts}/plain").page
    page.locator("glossator-chat .toggle").wait_for()
    assert page.evaluate("sessionStorage.length") == 0
    for number, question in enumerate(("What is an index?", "refuse"), 1):
        page.evaluate(f"Glossator.ask('{question}')")
        expect(page.locator("glossator-chat .turn[data-outcome]")).to_have_count(number)
    assert [path for path, _ in script.posted] == ["/v1/sessions", "/v1/chat", "/v1/chat"]
    assert script.authorized == [None, "Bearer t1", "Bearer t1"]


def test_a_person_takes_over(open_page, hosts, script):
    script.agent = ["Hello, this is **Ada**."]
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('person')")
    page.get_by_role("button", name="Talk to a person").click()
    expect(page.get_by_role("log")).to_contain_text("Hello, this is Ada.")
    assert dict(script.posted)["/v1/handoffs"] == {"conversation_id": "c1", "reason": "person"}


def test_what_the_service_cannot_do_is_not_shown(open_page, hosts, script):
    script.features = {"chat": True}
    page = open_page(f"{hosts}/plain").page
    page.evaluate("Glossator.ask('refuse')")
    expect(page.get_by_role("log")).to_contain_text("I did not find an answer")
    for name in ("Share", "Helpful", "Leave a message", "Talk to a person"):
        assert page.get_by_role("button", name=name).count() == 0
