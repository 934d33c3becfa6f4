"""Chromium, as Debian ships it, and a page of the real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live_server import ROOT

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {
    "viewport": {"width": 320, "height": 640},
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP = {"width": 1280, "height": 900}
NODE_MODULES = ROOT / "bot" / "web" / "node_modules"
# Made by the tests, for a person to look at.
PICTURES = ROOT / "reports" / "pictures"


@pytest.fixture(scope="session")
def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


# Not for the whole session: while Playwright runs, asyncio's loop is taken.
@pytest.fixture(scope="module")
def _playwright() -> Iterator[Any]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def _browser(_playwright: Any, chromium_path: str | None) -> Iterator[Browser | None]:
    if chromium_path is None:
        yield None
        return
    browser = _playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def browser(_browser: Browser | None, unavailable: Any) -> Browser:
    if _browser is None:
        unavailable("Chromium is not installed (Debian: apt-get install chromium)")
    return _browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Any]:
    """Opens a page in a context of its own; takes what `new_context` takes."""
    contexts = []

    def open_(url: str, **options: Any) -> Page:
        context = browser.new_context(
            viewport=options.pop("viewport", DESKTOP), **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.requests = []
        page.problems = []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: (
                page.problems.append(said.text)
                if said.type in ("error", "warning")
                else None
            ),
        )
        page.goto(url)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def installed(unavailable: Any) -> Callable[[str], Path]:
    """Finds a file of one of Node's packages; skips the test where there is none."""

    def find(path: str) -> Path:
        found = NODE_MODULES / path
        if not found.exists():
            unavailable(f"{path} is not installed: run `npm ci` in bot/web")
        return found

    return find


@pytest.fixture
def axe(installed: Callable[[str], Path]) -> Path:
    """axe-core's script."""
    return installed("axe-core/axe.min.js")
