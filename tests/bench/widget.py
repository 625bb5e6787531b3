"""What the widget costs a page: sizes, the glossary on a page of 50,000 words, the longest task of a conversation.

python -m tests.bench.widget
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import CHROMIUM
from tests.e2e.widget.hosts import Host, hosting
from tests.e2e.widget.scripted import Script, scripted
from tests.service.test_widget import sizes

_ROUNDS = 5
_PAIRS = 15
_WORDS = 50_000
_TERMS = 1000
_LONGEST = "(await new Promise((done) => setTimeout(() => done(window.__tasks), 300)))"
_WATCH = """
window.__tasks = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) __tasks.push(Math.round(one.duration)); })
  .observe({ type: 'longtask', buffered: true });
"""


def main() -> None:
    """Print the figures."""
    scripts, _ = sizes()
    print(f"loader: {scripts['widget.js']} bytes gzipped")
    terms = [
        {"slug": f"t{i}", "name": f"Concept {i}", "aliases": [f"idea {i}"], "definition": "A concept.", "url": None,
         "collection": "default"}
        for i in range(_TERMS)
    ]  # fmt: skip
    words = [f"concept {i % 1500}" if i % 40 == 0 else f"word{i % 997}" for i in range(_WORDS)]
    paragraphs = [" ".join(words[at : at + 100]) for at in range(0, _WORDS, 100)]
    body = "".join(f"{'<h2>Part</h2>' if i % 10 == 0 else ''}<p>{text}</p>" for i, text in enumerate(paragraphs))
    pages = {
        "long": Host(body=f"<main>{body}</main>", attributes='data-site-id="default" data-glossary="hover"'),
        "unmarked": Host(body=f"<main>{body}</main>"),
        "plain": Host(),
    }
    with scripted(Script(terms=terms)) as service, hosting(pages, service) as hosts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.add_init_script(_WATCH)
        pairs = [(_cpu(page, f"{hosts}/long"), _cpu(page, f"{hosts}/unmarked")) for _ in range(_PAIRS)]
        print(f"glossary on {_WORDS} words, {_TERMS} terms, CPU of the page's thread, {_PAIRS} pairs with and without:")
        for part, label in ((0, "script, style and layout"), (1, "all tasks, with loading and painting")):
            low, median, high = statistics.quantiles((marked[part] - bare[part] for marked, bare in pairs), n=4)
            print(f"  {label}: median {median:.0f} ms, quartiles {low:.0f} and {high:.0f} ms")
        tasks = [task for _ in range(_ROUNDS) for task in _conversation(page, f"{hosts}/plain")]
        print(f"tasks over 50 ms from loading to a citation's card, in {_ROUNDS} rounds: {tasks}")
        browser.close()


def _cpu(page: Page, address: str) -> tuple[float, float]:
    """Return milliseconds of CPU for script, style and layout, and for all tasks; a busy machine does not change them."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.locator("glossator-chat .toggle").wait_for()
    if address.endswith("long"):
        page.wait_for_function("performance.getEntriesByName('glossator-term', 'measure').length")
    page.wait_for_timeout(1000)
    metrics: dict[str, float] = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    worked = sum(metrics[name] for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration"))
    return 1000 * worked, 1000 * metrics["TaskDuration"]


def _conversation(page: Page, address: str) -> list[int]:
    page.goto(address)
    page.locator("glossator-chat .toggle").click()
    page.locator("glossator-chat textarea").fill("What is an index?")
    page.keyboard.press("Enter")
    page.locator("glossator-chat button.chip").last.click()
    page.locator("glossator-chat .card").wait_for()
    return list(page.evaluate(f"(async () => {_LONGEST})()"))


if __name__ == "__main__":
    main()
