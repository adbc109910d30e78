"""The page in a browser: drawn, told about under the pointer, read by everybody, on any screen, whatever it is of."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_vidcompress.present.html.page import page
from tests.present.html.made_run import made_run

if TYPE_CHECKING:
    from playwright.sync_api import Page

Draw = Callable[["Page"], None]
THEMES = ("light", "dark")
WIDE_SCREEN, NARROW_SCREEN = 1280, 390


def test_every_plot_has_its_points(opened: Any, all_drawn: Draw) -> None:
    run = made_run(6, 200)
    shown = opened([run])
    all_drawn(shown)
    counts = shown.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("figure")].map((each) => [each.dataset.name, {
          points: each.querySelectorAll(".scatterlayer .point, .barlayer .point").length,
          boxes: each.querySelectorAll(".boxlayer path.box").length,
          pictures: each.querySelectorAll(".heatmaplayer image").length}]))"""
    )
    # Six variants twice, for their intervals, the reference, and where the baseline has them.
    assert counts["front-time"]["points"] >= 6 + 1 + 6
    assert counts["front-bytes"]["points"] >= 6 + 1 + 6
    assert counts["front-macs"]["points"] >= 6 + 1
    assert counts["calls"]["boxes"] == 12
    assert counts["starts"]["points"] == 6 * 2 * 3
    assert counts["operators"]["points"] == 7 * 7
    assert counts["learning"]["points"] == 19
    assert counts["sensitivity"]["points"] == 8
    assert counts["classes"]["pictures"] == counts["layer-sparsity"]["pictures"] == 1
    assert all(sum(each.values()) for each in counts.values())


def hovered(shown: Page, figure: str, selector: str) -> str:
    """What is said under the pointer, at the middle of a mark."""
    plot = shown.locator(f"figure[data-name='{figure}'] .plot")
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for()
    box = plot.locator(selector).first.bounding_box()
    assert box is not None
    shown.mouse.move(box["x"] + box["width"] / 2 - 3, box["y"] + box["height"] / 2)
    shown.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label = plot.locator(".hoverlayer .hovertext").first
    label.wait_for()
    return label.text_content() or ""


def test_hovering_says_variant_clips_and_numbers(opened: Any) -> None:
    shown = opened([made_run(6, 200)])
    said = hovered(shown, "front-time", ".scatterlayer .trace:last-child .point")
    assert "variant-" in said or "fuse" in said
    assert "200 clips" in said
    assert "of the reference's time" in said
    assert "ms" in hovered(shown, "operators", ".barlayer .trace:first-child .point path")
    shown.locator("figure[data-name='classes']").scroll_into_view_if_needed()
    said = hovered(shown, "classes", ".heatmaplayer image")
    assert "class " in said


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        pytest.param(WIDE_SCREEN, "light", marks=pytest.mark.slow),
        (NARROW_SCREEN, "dark"),
        pytest.param(WIDE_SCREEN, "dark", marks=pytest.mark.slow),
        pytest.param(NARROW_SCREEN, "light", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_serious(opened: Any, all_drawn: Draw, theme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = opened([made_run(3, 40)], theme, width)
    all_drawn(shown)
    found = Axe().run(shown).response["violations"]
    serious = [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("width", [pytest.param(WIDE_SCREEN, marks=pytest.mark.slow), NARROW_SCREEN])
def test_nothing_scrolls_sideways(opened: Any, all_drawn: Draw, width: int) -> None:
    run = made_run(3, 40)
    for entry in run["measurements"]:
        entry["name"] = entry["recipe"] = "shrink:mlp=0.3,heads=0.25+int8-static:smooth=0.85," + entry["name"]
    shown = opened([run, run], width=width, names=["one.json", "other.json"])
    all_drawn(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_names_do_not_overlap(opened: Any) -> None:
    shown = opened([made_run(24, 400)])
    plot = shown.locator("figure[data-name='front-time'] .plot")
    plot.scroll_into_view_if_needed()
    plot.locator(".annotation-text").first.wait_for()
    boxes = [each.bounding_box() for each in plot.locator(".annotation-text").all()]
    assert len(boxes) > 4
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert across <= 1 or down <= 1


def test_plots_follow_the_theme(opened: Any) -> None:
    shown = opened([made_run(3, 40)])
    first = "figure[data-name='front-time']"
    shown.locator(first).scroll_into_view_if_needed()
    shown.locator(f"{first} .main-svg").first.wait_for()
    colour = f'getComputedStyle(document.querySelector("{first} .xtitle")).fill'
    before = shown.evaluate(colour)
    shown.emulate_media(color_scheme="dark")
    shown.wait_for_function(f"document.querySelector(\"{first} .plot\").dataset.drawn === 'dark'")
    assert shown.evaluate(colour) != before


def test_numbers_are_copied_with_the_keyboard(opened: Any) -> None:
    shown = opened([made_run(3, 40)])
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    button = shown.get_by_role("button", name="Copy as CSV: Variants of timesformer")
    button.focus()
    shown.keyboard.press("Enter")
    shown.wait_for_function("document.getElementById('said').textContent.includes('copied')")
    lines = shown.evaluate("navigator.clipboard.readText()").strip().split("\n")
    assert len(lines) == 1 + 3
    assert lines[0].startswith("variant,verdict,clips,")
    heading = shown.get_by_role("table", name="Variants of timesformer").get_by_role("button", name="MB")
    heading.focus()
    shown.keyboard.press("Enter")
    assert shown.locator("th[aria-sort='descending']").text_content() == "MB"


def test_hostile_names_are_text_and_run_nothing(opened: Any, all_drawn: Draw) -> None:
    evil = "</script><script>window.hurt=1</script><img src=x onerror='window.hurt=1'>\u202e=1+1"
    link = "<a href='https://example.org'>x</a>$x^2$%{x}\x01failed"
    run = made_run(4, 100)
    run["run"]["closing"] = evil
    for place, entry in enumerate(run["measurements"]):
        entry |= {
            "name": f"{evil if place % 2 else link}{place}",
            "model": link,
            "test": evil,
            "recipe": f"{place}",
        }
        entry["classes"][0]["label"] = link
        for row in (*entry["hotspots"]["modules"], *entry["layers"]):
            row["name"] = row["kind"] = link
    shown = opened([run])
    all_drawn(shown)
    assert shown.evaluate("window.hurt") is None
    assert shown.locator("main a[href^='http'], .plot a").count() == 0
    assert "window.hurt=1" in shown.locator("h1").text_content()
    titles = shown.locator("figure[data-name='calls'] .ytick").all_text_contents()
    assert any("<a href" in each for each in titles)


def test_without_script_the_numbers_are_there(browser: Any, tmp_path: Any) -> None:
    path = tmp_path / "page.html"
    path.write_text(page([made_run(3, 40)]), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(path.as_uri())
    assert shown.locator("table").count() > 8
    assert not shown.locator(".plot").first.is_visible()
    context.close()


@pytest.mark.slow
def test_a_large_run_is_written_and_opens_in_bounded_time(opened: Any) -> None:
    """Beside a run of a twentieth of its work, since machines differ: most of a page is the library."""

    def seconds(do: Callable[[], Any]) -> float:
        began = time.perf_counter()
        do()
        return time.perf_counter() - began

    small, large = made_run(2, 50), made_run(40, 1000)
    page([small])
    written = seconds(lambda: page([large])) / seconds(lambda: page([small]))
    text = page([large])
    assert len(text) < 5_000_000
    assert written < 200
    opens = [seconds(lambda run=run: opened([run])) for run in (small, large)]
    assert opens[1] < 10 * opens[0]
