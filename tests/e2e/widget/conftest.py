"""A browser, a service that follows a script, and pages of another origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import PATIENCE_MS, launched, needs_chromium
from tests.e2e.widget.hosts import HOSTILE, PROSE, RESETS, Host, hosting, strict
from tests.e2e.widget.scripted import Script, scripted
from tests.e2e.widget.watched import Watched

Open = Callable[..., Watched]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and skip it where there is none."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(needs_chromium)


# As long as it is open Playwright's event loop runs, beside which no other test could run one of its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a page in a context of its own: ``open_page(address, **options of the context)``."""
    contexts = []

    def opened(address: str, **options: Any) -> Watched:
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 860}, "locale": "en-GB"} | options))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(address)
        return watched

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def service(script: Script) -> Iterator[str]:
    with scripted(script) as address:
        yield address


@pytest.fixture
def hosts(service: str) -> Iterator[str]:
    """The origin of pages that embed the scripted service."""
    spa = "<main><h1>An application</h1><p>Its view is mounted again and again.</p><div id='view'></div></main>"
    pages = {
        "plain": Host(),
        "resets": Host(css=RESETS),
        "hostile": Host(css=HOSTILE, body=f"{PROSE}<div class=war></div>"),
        "strict": Host(policy=strict(service)),
        "spa": Host(body=spa),
        "opening": Host(attributes='data-site-id="default" data-open-on-load'),
        "glossary": Host(attributes='data-site-id="default" data-glossary="hover"'),
        "links": Host(attributes='data-site-id="default" data-glossary="link"'),
        "frame": Host(attributes='data-site-id="default" data-mode="frame"'),
        "arabic": Host(attributes='data-site-id="default" data-language="ar"'),
        "inline": Host(body=f"{PROSE}<glossator-chat style='height:600px'></glossator-chat>", attributes=""),
    }
    with hosting(pages, service) as origin:
        yield origin
