"""A page in headless Chromium, with its console messages and requests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
LIMIT_MS = 300_000
"""What nothing takes, even on a busy machine."""
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")


class Watched:
    """A page, its console messages and its requests."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path, fragment: str = "") -> None:
        self.page.goto(path.as_uri() + fragment)
        self.page.wait_for_selector("html[data-ready]")

    def has(self, selector: str, text: str) -> None:
        """Wait until an element has this text."""
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_have_text(text, timeout=LIMIT_MS)

    def text(self, selector: str) -> str:
        text: str = self.page.text_content(selector)
        return text


@contextmanager
def chromium() -> Iterator[Any]:
    """Run the browser until the block is left; skip where there is none."""
    if CHROMIUM is None:
        pytest.skip("needs chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET), timeout=LIMIT_MS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Any, **context: Any) -> Iterator[Watched]:
    """Open a page, and fail on any message, request or script that it should not have."""
    opened = browser.new_context(**context)
    opened.set_default_timeout(LIMIT_MS)
    watched = Watched(opened.new_page())
    yield watched
    assert watched.said == []
    assert [url for url in watched.asked if not url.startswith("file:")] == []
    assert watched.page.evaluate("window.pwned") is None
    opened.close()
