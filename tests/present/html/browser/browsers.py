"""One browser after the other: the same for all tests, and another where it has died."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright


class Browsers:
    """Of the system's, and the process that drives it, which may die likewise."""

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._driver: Playwright | None = None
        self._browser: Browser | None = None

    def living(self) -> Browser:
        """The one that is there, if it answers."""
        if self._browser is None or not _answers(self._browser):
            self.stop()
            self._browser = self._started()
        return self._browser

    def stop(self) -> None:
        """Whatever is left of it."""
        from playwright.sync_api import Error

        driver, browser = self._driver, self._browser
        self._driver = self._browser = None
        if browser is not None:
            with suppress(Error):
                browser.close()
        if driver is not None:
            with suppress(Error):
                driver.stop()

    def _started(self) -> Browser:
        from playwright.sync_api import sync_playwright

        self._driver = sync_playwright().start()
        return self._driver.chromium.launch(executable_path=self._executable, args=["--no-sandbox"])


def _answers(browser: Browser) -> bool:
    """What a browser says of itself is old: it is told of its end when it is asked for something."""
    from playwright.sync_api import Error

    try:
        browser.new_context().close()
    except Error:
        return False
    return True
