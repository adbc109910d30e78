"""The system's Chromium, once for all tests of this folder; without one they are skipped, unless it is required."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_vidcompress.present.html.page import page
from tests.present.html.browser.browsers import Browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
REQUIRED = "VIDCOMPRESS_BROWSER"
"""`required` in the environment: that there is none is an error then."""

Opened = Callable[..., "Page"]


def missing(what: str) -> None:
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{what}, and {REQUIRED}=required")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    """Starts one when the first test asks for it."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        missing("playwright is not installed")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        missing(f"no browser: none of {', '.join(NAMES)} is on PATH")
    found = Browsers(executable)
    yield found
    found.stop()


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    """One that lives: what ended the last one, in whichever test, fails no other."""
    return browsers.living()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Writes the page of documents and opens it from disk; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_page(
        documents: list[Any], theme: str = "light", width: int = 1280, height: int = 900, names: Any = ()
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_text(page(documents, names), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            offline=True,
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        shown = context.new_page()
        shown.set_default_timeout(60_000)
        shown.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        shown.on("request", lambda asked: _refuse_network(asked.url, complaints))
        shown.goto(path.as_uri())
        shown.wait_for_function("document.documentElement.dataset.ready === 'yes'")
        return shown

    yield open_page
    for each in contexts:
        each.close()
    assert complaints == []


def _refuse_network(url: str, complaints: list[str]) -> None:
    if not url.startswith(("file:", "data:", "blob:")):
        complaints.append(f"asked the network for {url}")


@pytest.fixture
def all_drawn() -> Callable[[Page], None]:
    """Unfolds and scrolls to everything, until every plot is drawn."""

    def draw(shown: Page) -> None:
        shown.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        for plot in shown.query_selector_all(".plot"):
            plot.scroll_into_view_if_needed()
        shown.wait_for_function("[...document.querySelectorAll('.plot')].every((each) => each.dataset.drawn)")

    return draw
