"""The system's Chromium as every browser test starts it, and how long these wait for what a page shall come to."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_MS = (
    30_000  # milliseconds; a machine may be busy with other tests, and who waits for a condition loses nothing
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium; on Debian: apt-get install chromium"
)
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"]

expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a browser for a while."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS, timeout=2 * PATIENCE_MS)
        yield browser
        browser.close()


def until(page: Page, found: Callable[[], object], expected: object = True) -> None:
    """Wait until something is as expected that no assertion of Playwright's waits for; its events go on meanwhile."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while (seen := found()) != expected:
        assert time.monotonic() < end, f"it is {seen!r}, expected {expected!r}"
        page.wait_for_timeout(50)
