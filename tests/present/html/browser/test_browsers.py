"""A browser that died is followed by another."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.clips.crops.processes import children, gone, needs_proc
from tests.present.html.browser.browsers import Browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def shows(browser: Browser) -> str:
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<title>shown</title>")
    title = page.title()
    context.close()
    return title


def test_the_same_one_as_long_as_it_lives(browsers: Browsers) -> None:
    assert browsers.living() is browsers.living()


def test_after_a_crash_there_is_another(browsers: Browsers) -> None:
    from playwright.sync_api import Error

    first = browsers.living()
    with suppress(Error):
        first.new_browser_cdp_session().send("Browser.crash")
    second = browsers.living()
    assert second is not first
    assert shows(second) == "shown"


@needs_proc
def test_after_the_end_of_what_drives_it_there_is_another(browsers: Browsers) -> None:
    browsers.stop()
    before = set(children(os.getpid()))
    browsers.living()
    started = sorted(set(children(os.getpid())) - before)
    assert started
    for each in started:
        os.kill(each, signal.SIGKILL)
    assert gone(started)
    assert shows(browsers.living()) == "shown"
