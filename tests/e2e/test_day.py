"""A day in the life of a site: its owner sets it up, visitors come, an agent helps, and the figures are right.

All that owner, agent and some visitors do, they do in a browser; the other visitors come over HTTP. What the dashboard
shows in the evening is compared with what the visitors received.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service.evaluation import read_queries
from tests.bench.learn import removed_often, thread_of
from tests.e2e.browser import launched, needs_chromium
from tests.e2e.conftest import PAGES, PATIENCE, folder_served, glossator, serving
from tests.e2e.visits import Received, Visitor, in_groups

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    needs_chromium,
]

PASSWORD = "correct horse battery"
SITE, TITLE = "help", "Ask the librarian"
NOWHERE = "When does the bakery open?"  # no content of any stock says it
INGEST_MS = 300_000
_SEED = 11


@dataclass(frozen=True, slots=True)
class Stock:
    """What an owner has: sources, questions that they answer, and questions of threads that they lack, by thread."""

    sources: list[dict[str, Any]]
    held: list[str]
    lacking: dict[str, list[str]]

    def questions(self) -> list[str]:
        """Return all questions, as they happen to be asked."""
        asked = [*self.held, *(text for texts in self.lacking.values() for text in texts)]
        random.Random(_SEED).shuffle(asked)
        return asked


def shipped() -> Stock:
    """Return some of the glossary that ships, and what nobody would look for there."""
    names = (
        "bm25",
        "chunking",
        "citation",
        "cosine-similarity",
        "embedding",
        "hnsw",
        "perplexity",
        "softmax",
        "stemming",
    )
    lacking = {
        "bakery": ["When does the bakery open?", "At what time does the bakery open?", "Opening hours of the bakery?"],
        "parking": ["Where can I park my car?", "Where can I park a car?", "Can I park my car here?"],
        "tungsten": ["What is the boiling point of tungsten?", "At which heat does tungsten boil?", "When does tungsten boil?"],
        "refund": ["How do I get a refund for my shoes?", "Can I get a refund for shoes?", "I want a refund for my shoes"],
    }  # fmt: skip
    source = {"location": str(PAGES), "include": [f"{name}.md" for name in names]}
    wordings = ("What is {}?", "Explain {}", "How does {} work?")
    held = [wording.format(name.replace("-", " ")) for wording in wordings for name in names]
    return Stock([source], held, lacking)


def public(evaldata: Path, folder: Path) -> Stock:
    """Return a part of a public glossary and a forum that lacks threads, and 200 questions but for four.

    60 are about the glossary and 45 about the forum, which hold their answers, five about each thread that was lost. Of
    the glossary those pages are taken that are asked about, and a third of the others: all of them take a minute more.
    """
    glossary, forum = (evaldata / name for name in ("glossary_mdn", "stackfaq_unans"))
    of_glossary, of_forum = (read_queries(one / "dev" / "queries.jsonl") for one in (glossary, forum))
    by_chance = random.Random(_SEED)
    titles = by_chance.sample([one for one in of_glossary if one.kind == "title"], 60)
    held = [one.question for one in titles]
    held += by_chance.sample([one.question for one in of_forum if one.answerable], 45)
    lacking: dict[str, list[str]] = {thread: [] for thread in sorted(removed_often(of_forum))}
    for one in of_forum:
        if (texts := lacking.get(thread_of(one))) is not None and len(texts) < 5:
            texts.append(one.question)
    relevant = {page for one in titles for page in one.relevant}
    lines = (glossary / "corpus.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    taken = [line for number, line in enumerate(lines) if number % 3 == 0 or json.loads(line)["id"] in relevant]
    (folder / "glossary.jsonl").write_text("".join(taken), encoding="utf-8")
    sources = [
        {"location": str(folder / "glossary.jsonl"), "collection": "glossary"},
        {"location": str(forum / "corpus.jsonl"), "collection": "forum"},
    ]
    return Stock(sources, held, lacking)


@pytest.fixture(params=["the glossary that ships", "public sets"])
def stock(request: pytest.FixtureRequest, tmp_path: Path) -> Stock:
    return shipped() if request.param.startswith("the") else public(request.getfixturevalue("evaldata"), tmp_path)


@pytest.fixture
def address(stock: Stock, tmp_path: Path) -> Iterator[str]:
    """A service of which nothing is set up but its sources and its owner."""
    made = glossator(tmp_path / "var", "members", "create", "ada@example.com", "--name", "Ada", typed=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    with serving(tmp_path / "var", source=json.dumps(stock.sources), report_seconds="0") as address:
        yield address


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def test_a_day(stock: Stock, address: str, chromium: Browser, tmp_path: Path) -> None:
    owner = sign_in(chromium, address, "ada@example.com")
    page = tmp_path / "shop" / "index.html"
    page.parent.mkdir()
    received = Received()
    with folder_served(page.parent) as origin:
        snippet = set_up(owner, origin)
        page.write_text(f"<!doctype html><title>Shop</title><h1>Shop</h1>{snippet}", encoding="utf-8")
        ingest(owner)
        agent = new_agent(chromium, owner, address)
        visitor = chromium.new_context(locale="en-GB").new_page()
        visit_in_the_browser(visitor, agent, origin, stock, received)
        visit_over_http(address, origin, stock.questions(), received)
    figures_are_right(owner, received)
    lists_are_right(owner, received)
    reports_are_right(owner, received)
    named = gaps_named(owner, stock)
    assert len(named) >= 0.8 * len(stock.lacking), sorted(set(stock.lacking) - named)


def sign_in(chromium: Browser, address: str, email: str) -> Page:
    page = chromium.new_context(base_url=address, locale="en-GB").new_page()
    page.goto("/admin")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    return page


def set_up(owner: Page, origin: str) -> str:
    """Add a site, give it its brand, ask visitors for sessions, and return the line that puts the site on a page."""
    owner.get_by_role("link", name="Sites and brand").click()
    owner.get_by_label("Id").fill(SITE)
    owner.get_by_role("button", name="Add").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(SITE)
    owner.get_by_label("Title", exact=True).fill(TITLE)
    owner.get_by_label("Greeting", exact=True).fill("What would you like to read about?")
    owner.get_by_label("Color", exact=True).fill("#1f6b55")
    owner.get_by_label("Allowed origins", exact=True).fill(origin)
    owner.locator("summary", has_text="Access").click()
    owner.get_by_label("Require session", exact=True).check()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(owner.frame_locator("iframe.preview").get_by_text("Nothing has been published yet")).to_be_visible()
    return owner.locator("#snippet").inner_text()


def ingest(owner: Page) -> None:
    """Ingest all sources, see how it goes, and how the assistant looks with them."""
    owner.get_by_role("link", name="Sources and ingests").click()
    owner.get_by_role("button", name="Ingest now").click()
    running = owner.locator("#job:has(.mark-running)")
    expect(running).to_be_visible()
    # Not within what runs: where the machine pauses, the next look may find that it is done.
    expect(owner.locator("#job pre")).to_contain_text("embed", ignore_case=True, timeout=INGEST_MS)
    expect(owner.get_by_role("status")).to_have_text("done", timeout=INGEST_MS)
    owner.get_by_role("link", name="Sources and ingests").first.click()
    expect(owner.get_by_text("answers now")).to_be_visible()
    owner.get_by_role("link", name="Sites and brand").click()
    owner.get_by_role("link", name=TITLE).click()
    expect(owner.frame_locator("iframe.preview").get_by_role("button", name=TITLE)).to_be_visible()


def new_agent(chromium: Browser, owner: Page, address: str) -> Page:
    """Let a colleague in, who waits for visitors."""
    owner.get_by_role("link", name="Keys and members").click()
    owner.get_by_text("Add a member").click()
    form = owner.locator("form", has=owner.get_by_label("Password"))
    form.get_by_label("Name").fill("Ben")
    form.get_by_label("E-mail address").fill("ben@example.com")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Add").click()
    expect(owner.get_by_text("ben@example.com")).to_be_visible()
    agent = sign_in(chromium, address, "ben@example.com")
    agent.get_by_role("link", name="Handoffs").click()
    return agent


def visit_in_the_browser(visitor: Page, agent: Page, host: str, stock: Stock, received: Received) -> None:
    """Ask in the widget, rate, leave an address, and talk to the agent."""
    visitor.goto(host)
    visitor.get_by_role("button", name=TITLE).click()
    visitor.evaluate("() => { window.answers = []; Glossator.on('answer', (answer) => answers.push(answer)); }")
    asked, answers = [*stock.held[:2], NOWHERE], []
    for question in asked:
        answers.append(in_the_widget(visitor, question))
        received.take(answers[-1])
    turns = visitor.locator("glossator-chat .turn")
    for turn, name, rating in ((0, "Helpful", "up"), (1, "Not helpful", "down")):
        turns.nth(turn).get_by_role("button", name=name, exact=True).click()
        received.ratings[answers[turn]["message_id"]] = rating
    assert answers[-1]["outcome"] in {"refused", "closest"}
    turns.last.get_by_role("button", name="Leave a message").click()
    form = visitor.get_by_role("form", name="Leave a message")
    form.get_by_label("E-mail address", exact=True).fill("grace@example.com")
    form.get_by_role("checkbox").check()
    form.get_by_role("button", name="Submit").click()
    expect(visitor.get_by_text("Your message has been sent.")).to_be_visible()
    received.leads.add("grace@example.com")
    turns.last.get_by_role("button", name="Talk to a person").click()
    received.handoffs.add(answers[-1]["conversation_id"])
    talk(visitor, agent, asked[-1])
    received.take(in_the_widget(visitor, stock.held[2]))


def in_the_widget(visitor: Page, question: str) -> dict[str, Any]:
    """Type a question and return what the page around the widget is told of the answer."""
    before = visitor.evaluate("answers.length")
    visitor.get_by_role("textbox", name="Your question").fill(question)
    visitor.keyboard.press("Enter")
    visitor.wait_for_function("before => answers.length > before", arg=before)
    answer: dict[str, Any] = visitor.evaluate("answers.at(-1)")
    return answer


def talk(visitor: Page, agent: Page, reason: str) -> None:
    """Talk, the visitor in the widget and the agent in the dashboard."""
    agent.get_by_role("link", name=reason).click()  # the list learns of it by itself
    agent.get_by_role("button", name="Take over").click()
    agent.get_by_label("Your reply").fill("Hello, this is Ben.")
    agent.keyboard.press("Enter")
    expect(visitor.get_by_role("log")).to_contain_text("Hello, this is Ben.")
    assert in_the_widget(visitor, "I would like to know more, Ben.")["outcome"] == "handed_off"
    expect(agent.locator("#talk li").last).to_contain_text("I would like to know more, Ben.")
    agent.get_by_role("button", name="Hand back").click()
    expect(agent.locator("#state")).to_contain_text("The assistant answers again.")


def visit_over_http(address: str, origin: str, questions: list[str], received: Received) -> None:
    """Ask everything, one to three questions a visitor; some rate, leave an address, greet, want a person."""
    with httpx.Client(base_url=address, headers={"Origin": origin}, timeout=PATIENCE) as http:
        for number, asked in enumerate(in_groups(questions)):
            visitor = Visitor(http, SITE, received)
            if number % 20 == 0:
                visitor.ask("hello")
            answers = [visitor.ask(question) for question in asked]
            if number % 4 == 0:
                visitor.rate(answers[0], "up" if answers[0]["outcome"] == "answered" else "down")
            if number % 7 == 0:
                visitor.leave(f"visitor{number}@example.com")
        visitor.want_a_person("Please call me")


def until(page: Page, path: str, found: Callable[[], object], expected: object, seconds: float = 120) -> None:
    """Open a page again and again until it shows what is expected."""
    end = time.monotonic() + seconds
    while True:
        page.goto(path)
        seen = found()
        if seen == expected:
            return
        assert time.monotonic() < end, f"{path} shows {seen}, expected {expected}"


def figures_are_right(owner: Page, received: Received) -> None:
    """Compare the overview, once all of it is in the database."""
    share = received.answered / (received.answered + received.refused)
    expected = {
        "Questions": str(len(received.answers)), "Answered": f"{share:.0%}", "Refused": str(received.refused),
        "Leads": str(len(received.leads)), "Waiting": "1",
        "Handoffs": f"{len(received.handoffs)} handoffs in all",
    }  # fmt: skip

    def shown() -> dict[str, str]:
        names, values = (owner.locator(f".figure .{one}").all_inner_texts() for one in ("name", "value"))
        seen = {name: value for name, value in zip(names, values, strict=True) if name != "Content"}
        in_all = re.search(r"\d+ handoffs in all", owner.locator(".figure", has_text="Waiting").inner_text())
        return seen | {"Handoffs": in_all.group() if in_all else ""}

    until(owner, f"/admin?site={SITE}", shown, expected)


def lists_are_right(owner: Page, received: Received) -> None:
    """Count what the lists of conversations, leads and handoffs show."""
    for path, rows, expected in (
        ("conversations", "#list .rows > li", len(received.conversations)),
        ("conversations?only=refused", "#list .rows > li", len(received.with_a_refusal)),
        ("conversations?only=handed_off", "#list .rows > li", len(received.handoffs)),
        ("leads", "tbody tr", len(received.leads)),
        ("handoffs", "#list .rows > li", len(received.handoffs)),
    ):
        at_site = f"/admin/{path}{'&' if '?' in path else '?'}site={SITE}"
        until(owner, at_site, lambda rows=rows: sum(part.count() for part in parts(owner, rows)), expected)


def reports_are_right(owner: Page, received: Received) -> None:
    """Compare conversation quality, source usage and top questions."""
    ups = Counter(received.ratings.values())["up"]
    searched = received.answered + received.refused + received.outcomes["clarify"]
    quality = [
        str(len(received.conversations)), f"{received.answered / searched:.0%}", f"{ups / len(received.ratings):.0%}",
    ]  # fmt: skip
    until(owner, f"/admin/learn/conversations?by=site&site={SITE}", lambda: quality_shown(owner), [quality])

    expected: Counter[tuple[str, str, str]] = Counter()
    for (title, collection), counts in received.usage().items():
        for name, count in zip(("answers", "shown", "up", "down"), counts, strict=True):
            expected[" ".join(title.split()), collection, name] += count
    until(owner, f"/admin/learn/sources?site={SITE}", lambda: usage_shown(owner), +expected)

    until(owner, f"/admin/learn/questions?site={SITE}", lambda: topics_asked(owner), searched)


def quality_shown(owner: Page) -> list[list[str]]:
    """Return of each row how many conversations there were, and the shares that were answered and thumbs up."""
    rows = [row.locator("td").all_inner_texts() for row in owner.locator("tbody tr").all()]
    return [[cells[0], cells[1].partition(" ")[0], cells[4].partition(" ")[0]] for cells in rows]


def usage_shown(owner: Page) -> Counter[tuple[str, str, str]]:
    """Return how often each page was quoted, shown, and thumbed up and down."""
    usage: Counter[tuple[str, str, str]] = Counter()
    for part in parts(owner, "tbody tr"):
        for title, collection, answers, shown, _, thumbs, _ in texts(part):
            up, down = re.findall(r"\d+", thumbs)
            for name, count in (("answers", answers), ("shown", shown), ("up", up), ("down", down)):
                usage[title, collection, name] += int(count)
    return +usage


def topics_asked(owner: Page) -> int:
    """Return how many questions all topics together were asked."""
    return sum(int(row[1]) for part in parts(owner, "tbody tr") for row in texts(part))


def texts(rows: Locator) -> list[list[str]]:
    """Return the cells of rows; of a page's or a topic's name the first line."""
    found: list[list[str]] = rows.evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.split('\\n')[0].trim()))"
    )
    return found


def parts(page: Page, rows: str) -> Iterator[Locator]:
    """Yield the rows of a list part by part, to its end."""
    for _ in range(100):
        yield page.locator(rows)
        older = page.get_by_role("link", name="Older", exact=True)
        if not older.count():
            return
        page.goto(str(older.get_attribute("href")))
    raise AssertionError(f"{page.url}: the list has no end")


def gaps_named(owner: Page, stock: Stock) -> set[str]:
    """Return the threads that gaps name. A gap names the one that most of its missed questions are of."""
    thread_of_text = {text: thread for thread, texts in stock.lacking.items() for text in texts}
    owner.goto(f"/admin/learn/gaps?site={SITE}")
    addresses = [
        address
        for part in parts(owner, "main .rows > li > a")
        for address in part.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    ]
    named = set()
    for address in addresses:
        owner.goto(address)
        missed: Counter[str] = Counter()
        for wording in owner.locator("section[aria-labelledby=asked] li").all():
            text, times = wording.locator("p").all_inner_texts()
            missed[thread_of_text.get(text, "")] += int(re.findall(r"missed (\d+) times", times)[0])
        named.add(missed.most_common(1)[0][0])
    return named - {""}
