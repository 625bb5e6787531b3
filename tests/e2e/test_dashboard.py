"""The dashboard in a real browser: signing in, every page's accessibility, a talk with a visitor, hostile content."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from service.app import create_app
from service.settings import load_settings
from service.store.drain import insert
from tests.conftest import SHARED
from tests.e2e.browser import launched, needs_chromium, until
from tests.e2e.conftest import environment
from tests.e2e.served import Served
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages
from tests.service.store import rows

pytestmark = [
    pytest.mark.browser,
    needs_chromium,
]

PASSWORD = "correct horse battery"
PATHS = (
    "", "/conversations", "/handoffs", "/leads", "/content", "/content/ingests", "/answers", "/answers/new", "/sites",
    "/sites/default", "/access", "/models", "/privacy", "/audit", "/settings",
)  # fmt: skip
OWN_PAYLOADS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "'><iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:window.hit=1",
    "</textarea></title><script>window.hit=1</script>",
)


class Service(Served):
    """A service in this process, on a port of this machine."""

    def __init__(self, data_dir: Path) -> None:
        settings = load_settings(data_dir=data_dir, answer_threshold=0.3, closest_threshold=0.1, question_days=0)
        self.app = create_app(settings, HashingEmbedder())
        super().__init__(self.app)

    def keep(self, *records: object) -> None:
        """Put rows into the store."""

        async def work() -> None:
            async with self.app.state.services.store.database.writing() as connection:
                await insert(connection, list(records))

        asyncio.run_coroutine_threadsafe(work(), self.loop).result(30)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    folder = tmp_path_factory.mktemp("dashboard")
    ingest_folder(folder / "var", write_pages(folder / "pages", GLOSSARY))
    made = subprocess.run(
        [sys.executable, "-m", "glossator", "members", "create", "ada@example.com", "--name", "Ada"],
        input=f"{PASSWORD}\n", text=True, env=environment(folder / "var"), timeout=300, capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    service = Service(folder / "var")
    yield service, service.start()
    service.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def signed_in(chromium: Browser, address: str, **context: object) -> Page:
    page = chromium.new_context(base_url=address, **context).new_page()
    page.goto("/admin/leads")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_runs_under_its_policy(served, chromium, scheme):
    _, address = served
    page = signed_in(chromium, address, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PATHS:
        page.goto(f"/admin{path}")
        page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            until(page, lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    assert said == []
    page.context.close()


def test_a_chart_that_is_not_yet_drawn_again_does_not_widen_the_page(served, chromium):
    _, address = served
    page = signed_in(chromium, address)
    page.add_init_script("window.ResizeObserver = class { observe() {} };")
    page.goto("/admin")
    expect(page.locator(".uplot").first).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()


VISITOR = """async () => {
  const post = (path, body) => fetch(path, {method: "POST", body: JSON.stringify(body),
    headers: {"Content-Type": "application/json"}}).then((reply) => reply.json());
  window.ask = (message) => post("/v1/chat", {message, conversation_id: window.talk});
  window.talk = (await post("/v1/chat", {message: "What is softmax?"})).conversation_id;
  window.heard = [];
  new EventSource(`/v1/conversations/${window.talk}/events`).addEventListener(
    "message", (event) => window.heard.push(JSON.parse(event.data).text));
  await post("/v1/handoffs", {conversation_id: window.talk, reason: "Please help me"});
}"""


def hears(visitor: Page, text: str) -> None:
    """Wait until a message has come. Not by ``wait_for_function``, whose way the page's policy forbids."""
    until(visitor, lambda: text in visitor.evaluate("heard"))


def test_a_visitor_is_talked_to_live(served, chromium):
    _, address = served
    agent = signed_in(chromium, address)
    visitor = chromium.new_context(base_url=address).new_page()
    visitor.goto("/")
    agent.goto("/admin/handoffs")
    visitor.evaluate(VISITOR)
    agent.get_by_role("link", name="Please help me").click()  # the list learns of it by itself
    expect(agent.locator("#talk")).to_contain_text("What is softmax?")
    agent.get_by_role("button", name="Take over").click()
    agent.get_by_label("Your reply").fill("Hello, this is Ada <b>here</b>.")
    agent.keyboard.press("Enter")
    hears(visitor, "Hello, this is Ada <b>here</b>.")
    expect(agent.get_by_label("Your reply")).to_have_value("")
    expect(agent.locator("#talk")).to_contain_text("Hello, this is Ada <b>here</b>.")
    answered = visitor.evaluate("ask('Thank you, Ada!')")
    assert answered["outcome"] == "handed_off"
    expect(agent.locator("#talk li").last).to_contain_text("Thank you, Ada!")
    agent.get_by_role("button", name="Hand back").click()
    expect(agent.locator("#state")).to_contain_text("The assistant answers again.")
    assert visitor.evaluate("ask('What is a transformer?')")["outcome"] == "answered"
    agent.context.close()
    visitor.context.close()


def payloads() -> list[str]:
    file = SHARED / "hostile" / "dev" / "xss_payloads.txt"
    more = file.read_text(encoding="utf-8", errors="replace").splitlines()[:400] if file.is_file() else []
    return [*OWN_PAYLOADS, *(line.replace("\x00", "") for line in more if line.strip())]


def test_what_visitors_write_is_text_and_nothing_else(served, chromium):
    """Without the pages' policy, so that it is the escaping alone that holds."""
    service, address = served
    hostile = payloads()
    everything = "\n".join(hostile)
    passage = {"passage_id": everything, "page_id": "p", "collection": everything, "title": everything, "score": 0.5}
    citation = {"quote": everything, "title": everything}
    service.keep(
        *(
            rows.message(
                "hostile", question=text, searched=text + "x", answer=text, refusal_reason=text,
                passages=[passage | {"url": text}] if number < 20 else [],
                citations=[citation | {"url": text}] if number < 20 else [],
            )
            for number, text in enumerate(hostile)
        ),
        rows.lead(id="hostile", name=everything[:200], message=everything, fields={everything[:99]: everything}),
        rows.handoff("hostile", id="hostile", reason=everything, contact=hostile[0], agent=hostile[1][:200]),
    )  # fmt: skip
    page = signed_in(chromium, address, bypass_csp=True)
    page.on("dialog", lambda dialog: (page.evaluate("window.hit = 1"), dialog.dismiss()))
    page.goto("/admin/settings")
    frames, scripts = len(page.frames), page.locator("script").count()
    for path in (
        "",
        "/conversations",
        "/conversations/hostile",
        "/leads",
        "/leads/hostile",
        "/handoffs",
        "/handoffs/hostile",
    ):
        page.goto(f"/admin{path}")
        page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        page.wait_for_timeout(1000)  # for what would run late, and for the events of a handoff
        assert page.evaluate("window.hit") is None, path
        assert (len(page.frames), page.locator("script").count()) == (frames, scripts), path
        assert page.locator("main img, main svg, main iframe, main object, main embed").count() == 0, path
        addresses = page.locator("main a").evaluate_all("(all) => all.map((one) => one.protocol)")
        assert set(addresses) <= {"http:", "https:", "mailto:"}, path
    page.context.close()
