"""The page of a history in a browser: every plot is drawn, with its marks, and says its commit under the pointer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_vidcompress.gate.history.series import Key, Mark, Observation, Series
from pytest_vidcompress.gate.history.trends import trends
from pytest_vidcompress.present.html.history_page import history_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_every_plot_is_drawn_and_a_point_says_its_commit(browser: Browser, tmp_path: Path) -> None:
    size = Key("pocket", "videomae", "trained", "fp16<b>", "size_bytes")
    time = Key("pocket", "videomae", "trained", "fp16<b>", "latency_ratio", "amd-2t-torch2.13")
    history = [
        Series(size, [Observation(0, 1000), Observation(3, 1200)], [Mark(3, "accept", 1000, 1200)], 1200),
        Series(time, [Observation(place, 1.0) for place in range(6)], (), 1.0),
    ]
    commits = [(f"{place:040x}", 1_700_000_000, f"subject {place}") for place in range(6)]
    path = tmp_path / "history.html"
    path.write_text(history_page(commits, trends(history), [("a.json", "it is no JSON")]), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for plot in page.query_selector_all(".plot"):
        plot.scroll_into_view_if_needed()
        page.wait_for_function("(each) => each.dataset.drawn !== undefined", arg=plot)
    drawn = page.evaluate("[...document.querySelectorAll('.plot')].map((each) => each.data)")
    assert len(drawn) == 2
    line, marks = drawn[0]
    assert line["y"] == [1000, 1200, 1200]
    assert marks["marker"]["symbol"] == ["triangle-up"]
    assert "accepted" in marks["hovertext"][0]
    assert "subject 3" in line["hovertext"][1]
    assert "fp16&lt;b&gt;" in line["hovertext"][0]
    assert len(drawn[1][0]["x"]) == 6
    assert not complaints
    context.close()
