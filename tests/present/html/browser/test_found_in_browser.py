"""The page of a search in a browser: a click or a key plays a window, whatever its file is called."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_vidcompress.present.html.file_address import file_address
from pytest_vidcompress.present.html.found_page import found_page
from pytest_vidcompress.present.html.page_blocks import FoundVideo
from tests.clips.decode.footage import film, greys
from tests.present.html.made_run import THUMBNAIL

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = (
    "film.webm",
    "<b>\"quoted\"<b> 'n' 50%#1?.webm",
    "a\u202eb.webm",
    "latin \udce9.webm",
    "סרט.webm",
    "x:y.webm",
)
KINDS = ("other.mkv",)
Shown = Callable[..., "Page"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With videos of two seconds."""
    first = film(tmp_path / NAMES[0], greys(range(0, 100, 5)), codec="libvpx", options={}, kind="webm")
    for name in NAMES[1:]:
        shutil.copy(first, tmp_path / name)
    film(tmp_path / KINDS[0], greys(range(0, 100, 5)), codec="libvpx", options={}, kind="matroska")
    (tmp_path / "words.webm").write_text("no video")
    return tmp_path


def hit(folder: Path, name: str) -> FoundVideo:
    return FoundVideo(
        name,
        "0.9562",
        "0:01.0 - 0:02.0",
        str(folder),
        THUMBNAIL,
        file_address(folder / name, folder),
        "t=1.000,2.000",
        plays=True,
    )


@pytest.fixture
def shown(browser: Browser, folder: Path) -> Iterator[Shown]:
    """Opens the page of hits; what the browser complains about fails the test, and so does the network."""
    complaints, contexts = list[str](), list[object]()

    def show(hits: list[FoundVideo], width: int = 1280, theme: str = "light") -> Page:
        path = folder / "page.html"
        path.write_text(
            found_page("Most like it", replace(hits[0], score=""), hits, [("index", "here")]), "utf-8"
        )
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            offline=True,
        )
        contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("dialog", lambda dialog: complaints.append(dialog.message))
        opened.on(
            "request",
            lambda asked: None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url),
        )
        opened.goto(path.as_uri())
        return opened

    yield show
    for each in contexts:
        each.close()  # type: ignore[attr-defined]
    assert complaints == []


@pytest.mark.parametrize("name", [*NAMES, *KINDS])
def test_a_key_plays_the_window_of_a_file_of_any_name(shown: Shown, folder: Path, name: str) -> None:
    page = shown([hit(folder, name)])
    found = page.locator(".hit").nth(1)
    found.locator("a.play").press("Enter")
    video = found.locator("video")
    page.wait_for_function("(each) => each.currentTime > 1", arg=video.element_handle())
    assert video.evaluate("(each) => each === document.activeElement && each.error === null")
    page.wait_for_function("(each) => each.paused", arg=video.element_handle())
    assert 1.5 < video.evaluate("(each) => each.currentTime") < 2.3


def test_one_plays_at_a_time_and_the_others_are_pictures_again(shown: Shown, folder: Path) -> None:
    page = shown([hit(folder, NAMES[0]), hit(folder, NAMES[2])])
    page.locator("a.play").first.click()
    page.locator("a.play").last.click()
    assert page.locator("video").count() == 1
    assert page.locator("a.play").count() == 2
    page.locator("a.play").first.click()
    assert page.locator(".hit").first.locator("video").count() == 1


def test_what_the_browser_cannot_play_says_so_and_stays_a_picture(shown: Shown, folder: Path) -> None:
    page = shown([hit(folder, "words.webm")])
    found = page.locator(".hit").last
    found.locator("a.play").click()
    found.locator(".note").wait_for()
    assert found.locator(".note").text_content() == "This browser does not play it."
    assert found.locator("img").is_visible()
    assert found.locator("video, a.play").count() == 0


@pytest.mark.parametrize(
    ("width", "theme"),
    [(1280, "light"), (390, "dark"), pytest.param(1280, "dark", marks=pytest.mark.slow)],
)
def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(
    shown: Shown, folder: Path, width: int, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    gone = FoundVideo(
        "long" * 40 + ".mp4",
        "12.5%",
        "0:00.0 - 0:10.0",
        "in/" * 60,
        note="Missing.",
        copies=[("b" * 200, "b")],
    )
    avi = replace(hit(folder, NAMES[1]), plays=False, note="Browsers do not play .avi files.")
    page = shown([hit(folder, NAMES[0]), gone, avi], width, theme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for _ in range(2):
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("a.play").first.click()


def test_without_script_the_picture_links_to_the_part_of_the_file(browser: Browser, folder: Path) -> None:
    path = folder / "page.html"
    path.write_text(found_page("Most like it", None, [hit(folder, NAMES[3])], []), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.locator("a.play").click()
    page.wait_for_url("**/latin%20%E9.webm#t=1.000,2.000")
    context.close()
