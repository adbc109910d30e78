from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.measure.report import PublishedAccuracy
from pytest_vidcompress.present.html.page import PLOT_HEIGHT, PLOT_WIDTH, page, scatter
from tests.gate.reports import changed, report
from tests.present.terminal.test_class_lines import by_class
from tests.present.verdicts import BLIND, LATENCY, MACS, TOP1

BASE = report()


def result(name: str = "fp16", **changes: Any) -> Result:
    now = report(name=name, **changes)
    return Result(now, judge(now, Baseline(Stored.of(BASE), StoredTiming.of(BASE))))


class Tags(HTMLParser):
    """Which tags are open, and that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not any(name in ("src", "href") for name, _ in attrs), "the page needs another file"
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_and_names_everything() -> None:
    bare = Result(
        report(name="bare", size_bytes=None, macs=None, sparsity=None, latency_ratio=None, reference=None)
    )
    html = page([result(), result("<b>", size_bytes=3_000_001), bare], "the closing line")
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.seen.count("table") == 3
    assert tags.seen.count("details") == 2
    assert tags.seen.count("svg") == 2
    assert tags.seen.count("circle") == 4
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "larger than stored" in html
    assert "the closing line" in html
    assert html.index("&lt;b&gt;") < html.index("fp16")


def test_verdicts_with_all_that_decided() -> None:
    failed = Result(report(name="fp16"), (MACS, LATENCY, BLIND, TOP1))
    html = page([failed, Result(report(name="fuse"), (MACS,))])
    rows = re.findall(r"<tr>\n<td>(\w+)</td>\n(.*?)</tr>", html[html.index("<details open>") :], re.DOTALL)
    cells = {metric: re.findall(r"<td.*?>(.*?)</td>", row) for metric, row in rows[:4]}
    assert list(cells) == ["top1", "latency_ratio", "agreement", "macs"]
    assert cells["top1"] == [
        *(
            "failed",
            "70.00 %",
            "[60.40, 78.11]",
            "90.00 %",
            "89.00 %",
            "could have seen a drop of 1.9 points",
        ),
        *("lost 20.00 points, more than chance explains", "100 clips, 20 lost, 0 gained, p=9.5e-07"),
    ]
    assert cells["latency_ratio"][5] == "could have seen +3.1 %"
    assert cells["agreement"][5] == "could have seen no drop at all"
    assert cells["macs"][2:6] == ["-", "1,000", "1,000", "-"]
    # What passed is there to unfold.
    assert re.findall(r"<details( open)?>", html) == [" open", ""]


def test_clips_of_how_many() -> None:
    html = page([Result(report((True,) * 200, sample=640))])
    assert "<h2>timesformer, 200 of 640 clips</h2>" in html


def test_an_accuracy_of_another_protocol_is_labelled() -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    of = PublishedAccuracy("16x4, 5x3 views", 0.815, label)
    assert f"<p>Accuracy {label}.</p>" in page([result(published=of)])
    assert "<p>Accuracy" not in page([result()])


def test_random_weights_are_said() -> None:
    assert "weights are random" in page([result(accuracy_kind="agreement")])


def test_what_is_not_plain_text_is_escaped() -> None:
    skipped = [Skipped(Clip("a\u202e", "z\x1b", Path("v/a\n.mp4")), "cut off\x00", Fault.TRUNCATED)]
    html = page([result("fp16\u2066\x07<")], skipped=skipped)
    for text in (
        r">fp16\u2066\x07&lt;</td>",
        r"<td>a\u202e</td><td>z\x1b</td>",
        r"cut off\x00",
        r"v/a\n.mp4",
    ):
        assert text in html
    assert all(character.isprintable() or character == "\n" for character in html)


def test_points_lie_in_the_plot() -> None:
    plot = scatter(
        [result(), result("big", size_bytes=90_000_000, outcomes=(False,) * 100)], "size_ratio", "size"
    )
    assert plot is not None
    assert all(0 <= p.x <= PLOT_WIDTH and 0 <= p.y <= PLOT_HEIGHT for p in plot.points)
    assert plot.x_ends == ("0", "7.50")
    assert scatter([Result(changed(BASE, reference=None))], "size_ratio", "size") is None


def test_what_was_not_checked_has_not_passed() -> None:
    bare, passed = Result(report(name="bare")), Result(report(name="fp16"), (MACS,))
    plot = scatter([bare, passed], "size_ratio", "size")
    assert plot is not None
    assert [(point.name, point.status) for point in plot.points] == [
        ("bare", "unchecked"),
        ("fp16", "passed"),
    ]
    html = page([bare, passed])
    assert re.findall(r'<circle class="(\w+)"', html) == ["unchecked", "passed"] * 2
    assert '<td class="unchecked">unchecked</td>' in html
    assert ".unchecked { color: " in html


def test_a_row_says_its_clips_and_its_test() -> None:
    html = page([Result(report((True,) * 200, sample=640), (MACS,))])
    assert (
        '<td class="name" title="benchmarks/test_variants.py::test_variant_holds">int8-dynamic</td>' in html
    )
    assert html.count("<td>200</td>") == 2


def test_names_and_words_may_break_so_that_no_table_is_wider_than_the_page() -> None:
    """Only numbers are kept on one line: at 1280 pixels the last column is there."""
    html = page([result()])
    assert "td { white-space: nowrap; }" in html
    assert "td.name { white-space: normal; overflow-wrap: anywhere;" in html
    assert not re.search(r"th[^{}]*{[^}]*nowrap", html)


def test_classes_are_to_be_unfolded() -> None:
    hurt = Result(by_class(400, 3, {7: 3, 9: 1}, name="<b>"))
    html = page([hurt, Result(by_class(400, 3, {}, name="fp32")), result()])
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert "&lt;b&gt; by class: 2 of 400 lost clips,\n0 gained" in html
    cells = [
        re.findall(r"<td>([^<]*)</td>", row)
        for row in re.findall(r"<tr>\n<td>class.*?</tr>", html, re.DOTALL)
    ]
    assert cells == [["class 7", "3", "3", "0", "3", "0", "1"], ["class 9", "3", "3", "2", "1", "0", "1"]]
    assert "class 7 for class 8 (0 → 3), class 9 for class 10 (0 → 1)" in " ".join(html.split())
    assert html.count("by class:") == 1


def test_what_was_left_out_and_what_it_is_about() -> None:
    skipped = [Skipped(Clip("a<b", "zumba", Path("v/a.mp4")), "cut off", Fault.TRUNCATED)]
    html = page([result()], about="clips: k400, 19,906 rows", skipped=skipped)
    assert "<p>clips: k400, 19,906 rows</p>" in html
    assert '<td>a&lt;b</td><td>zumba</td><td class="text">truncated</td>' in html
    assert "In neither variant nor reference: 1 truncated." in html
    assert "could not be used" not in page([result()])


def test_where_a_failed_accuracy_leaves_the_reference() -> None:
    blocks = (BlockError("stem", 0.0, 0.0), BlockError("layer<3>", 0.41, 0.4))
    text = page([result(divergence=Divergence(blocks, (("pool", "no such block"),)))])
    assert (
        "the first block that leaves the reference: layer&lt;3&gt; (relative error 0.41; 0 before it)" in text
    )
    assert re.search(
        r'<tr class="failed"><td>layer&lt;3&gt;</td><td>0.41</td>\s*<td>0.4</td><td>0.4</td>', text
    )
    assert "<p>pool: no such block</p>" in text
    assert "relative error after it" not in page([result()])
    assert "relative error after it" not in page([result(divergence=Divergence(unseen="a function"))])
