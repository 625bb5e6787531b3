"""A page in the browser whose console, requests and layout shifts are kept."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_OBSERVE = """
window.__shifts = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput)
  __shifts.push([one.value, ...one.sources.map(({ node, previousRect: a, currentRect: b }) => [node?.className ?? node?.nodeName, a.x, a.y, a.width, a.height, b.x, b.y, b.width, b.height].join(' '))]); })
  .observe({ type: 'layout-shift', buffered: true });
"""
_AT_REST = """Promise.allSettled(
  [document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
  .flatMap((root) => root.getAnimations()).filter((one) => one.effect.getComputedTiming().endTime < Infinity)
  .map((one) => one.finished)).then(() => null)"""


class Watched:
    """A page, and what happened on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.lines.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.add_init_script(_OBSERVE)

    @property
    def faults(self) -> list[str]:
        """Lines of the console that tell of something wrong: errors, warnings and breaches of a policy."""
        return [line for line in self.lines if not line.startswith(("log", "info", "debug"))]

    def shifts(self) -> list[object]:
        """Return what has moved on the page by itself (CLS): how much, and which elements from where to where."""
        return list(self.page.evaluate("__shifts"))

    def violations(self) -> list[str]:
        """Return the accessibility rules that the page breaks now."""
        return violations(self.page)


def violations(page: Page) -> list[str]:
    """Return the accessibility rules that a page breaks once what appears has appeared."""
    page.evaluate(_AT_REST)
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
