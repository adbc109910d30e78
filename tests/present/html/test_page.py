from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.measure.report import PublishedAccuracy
from pytest_vidcompress.present.formats.run_file import parse_run_file
from pytest_vidcompress.present.html.page import page
from tests.gate.reports import report
from tests.present.html.documents import document
from tests.present.html.made_run import THUMBNAIL, made_run
from tests.present.html.tags import rows_of, tags_of
from tests.present.terminal.test_class_lines import by_class
from tests.present.verdicts import BLIND, LATENCY, MACS, TOP1

BASE = report()
MOST_BYTES = 5_000_000


def result(name: str = "fp16", **changes: Any) -> Result:
    now = report(name=name, **changes)
    return Result(now, judge(now, Baseline(Stored.of(BASE), StoredTiming.of(BASE))))


def shown(*results: Result, **more: Any) -> str:
    """The page of results."""
    return page([document(results, **more)])


def words(*results: Result, **more: Any) -> str:
    return tags_of(shown(*results, **more)).text


def test_page_is_whole_and_names_everything() -> None:
    bare = Result(
        report(name="bare", size_bytes=None, macs=None, sparsity=None, latency_ratio=None, reference=None)
    )
    html = shown(result(), result("<b>", size_bytes=3_000_001), bare)
    tags = tags_of(html)
    assert "<b>" in tags.text
    assert "larger than stored" in tags.text
    assert "3 variants" in tags.text
    assert tags.headings[0] == 1
    assert tags.text.index("1 of 3 variants failed: <b> (size_bytes)") < tags.text.index("fp16")
    assert len(html) < MOST_BYTES


def test_every_variant_is_one_row_however_many_tests_measured_it() -> None:
    one = result("fuse")
    entry = {**document([one])["measurements"][0], "recipe": "fuse"}
    again = {**entry, "test": "benchmarks/test_quantization.py::test_fuse", "clips": 40}
    html = page([{"measurements": [again, entry]}])
    rows = rows_of(html, "Variants of timesformer")
    assert [row[0] for row in rows] == ["variant", "fuse"]
    assert rows[1][2] == "100"
    assert "Measured by several tests, and shown once: fuse (2)." in tags_of(html).text
    assert len(rows_of(html, "Verdicts of fuse")) == 1 + len(one.verdicts)


def test_variants_of_one_name_that_tests_made_are_told_apart() -> None:
    entry = {"name": "small", "model": "m", "clips": 3}
    html = page([{"measurements": [{**entry, "test": "t::a"}, {**entry, "test": "t::b"}]}])
    assert [row[0] for row in rows_of(html, "Variants of m")[1:]] == ["small (t::a)", "small (t::b)"]


def test_verdicts_with_all_that_decided() -> None:
    failed = Result(report(name="fp16"), (MACS, LATENCY, BLIND, TOP1))
    html = shown(failed, Result(report(name="fuse"), (MACS,)))
    cells = {row[0]: row[1:] for row in rows_of(html, "Verdicts of fp16")[1:]}
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
    assert cells["macs"][1:5] == ["1,000", "-", "1,000", "1,000"]
    # What passed is there to unfold.
    assert '<details class="folded" open><summary>fp16: failed' in html
    assert '<details class="folded"><summary>fuse: passed' in html


def test_an_accuracy_of_another_protocol_is_labelled() -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    of = PublishedAccuracy("16x4, 5x3 views", 0.815, label)
    assert f"Accuracy {label}." in words(result(published=of))


def test_random_weights_are_said() -> None:
    assert "Weights are random" in words(result(accuracy_kind="agreement"))


def test_what_is_not_plain_text_is_escaped() -> None:
    skipped = [Skipped(Clip("a\u202e", "z\x1b", Path("v/a\n.mp4")), "cut off\x00", Fault.TRUNCATED)]
    html = shown(result("fp16\u2066\x07<"), skipped=skipped)
    for text in (r"fp16\u2066\x07&lt;", r"a\u202e", r"z\x1b", r"cut off\x00", r"a\n.mp4"):
        assert text in html
    assert all(character.isprintable() or character == "\n" for character in html)


def test_nothing_foreign_ends_the_script_or_is_one() -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    run = made_run(3, 40)
    for entry in run["measurements"]:
        entry |= {"name": evil + entry["name"], "model": evil, "test": evil, "recipe": evil + entry["name"]}
        entry["flips"] = [
            {"clip": evil, "label": evil, "reference": evil, "variant": evil, "file": evil, "gained": True,
             "thumbnails": ["javascript:alert(1)", "data:text/html,x", THUMBNAIL], "playable": "javascript:1.mp4"}
        ]  # fmt: skip
        entry["hotspots"]["modules"][0]["name"] = evil
    html = page([run])
    tags = tags_of(html)
    assert evil in tags.text
    # That of the figures, of the library, and the page's own.
    assert tags.seen.count("script") == 3
    assert "javascript:" not in html.replace("data-v", "")[: html.index('id="library"')].split("<script")[0]
    assert not [each for each in tags.targets if each.startswith(("javascript", "data:text"))]


def test_clips_that_changed_and_have_no_picture_are_rows() -> None:
    run = made_run(3, 400)
    flips = run["measurements"][2]["flips"]
    for flip in flips[1:]:
        flip["thumbnails"] = []
    html, name = page([run]), run["measurements"][2]["name"]
    rows = rows_of(html, f"{name}: other clips whose answer changed")
    assert [row[0] for row in rows[1:]] == [flip["file"] for flip in flips[1:]]
    assert rows[1][1:] == ["lost", flips[1]["label"], flips[1]["reference"], flips[1]["variant"]]
    flips[0] |= {"thumbnails": [], "playable": ""}
    assert len(rows_of(page([run]), f"{name}: clips whose answer changed")) == 1 + len(flips)


def test_numbers_are_whole_where_the_eye_gets_fewer_digits() -> None:
    run = made_run(1)
    run["measurements"][0] |= {"size_bytes": 12_345_678_901, "latency": 1 / 3000}
    html = page([run])
    assert 'data-v="12345.6789">12,346<' in html
    assert 'data-v="0.333333333">0.33<' in html


@pytest.mark.parametrize(
    "playable", ["../a.mp4", "/a.mp4", "http://x/a.mp4", "a.exe", "c:/a.mp4", "\\\\x\\a.mp4"]
)
def test_only_what_lies_beside_the_page_is_played(playable: str) -> None:
    run = made_run(3, 400)
    flip = run["measurements"][2]["flips"][0]
    assert 'src="videos/clip%200.mp4"' in page([run])
    assert "<video" not in page(
        [{"measurements": [{**run["measurements"][2], "flips": [flip | {"playable": playable}]}]}]
    )


def test_what_to_ship_is_the_best_that_did_not_fail_and_why() -> None:
    def entry(name: str, latency: float, size: int, drop: float, **more: Any) -> dict[str, Any]:
        made = {"name": name, "recipe": name, "model": "m", "test": "t", "clips": 100, "machine": "c"}
        numbers = {
            "latency": latency,
            "latency_ratio": latency / 0.1,
            "size_bytes": size,
            "size_ratio": size / 1e7,
        }
        return {
            **made,
            **numbers,
            "top1_drop": drop,
            "top1_drop_interval": [drop - 0.02, drop + 0.02],
            **more,
        }

    broken = [{"metric": "top1", "status": "failed", "measured": 0.5, "rule": "baseline"}]
    html = page(
        [
            {
                "measurements": [
                    entry("quick", 0.04, 8_000_000, 0.005),
                    entry("small", 0.09, 2_000_000, 0.008),
                    entry("wrecked", 0.01, 1_000_000, 0.0, verdicts=broken),
                    entry("lossy", 0.02, 1_500_000, 0.2),
                    entry("fp32", 0.01, 10_000_000, 0.0),
                ]
            }
        ]
    )
    text = tags_of(html).text
    assert "m: ship quick for speed (0.40 × the time, 80 % of the bytes, -0.5 points); small for size" in text
    assert "The fastest of 2 variants that lose at most 1 point." in text
    assert "wrecked is faster, but failed: top1." in text
    assert "vidcompress compress m quick OUT" in text
    budgets = {
        row[0]: row[1:] for row in rows_of(html, "Budgets, and the variant that serves best within each")
    }
    assert budgets["loses at most 0 points"][0] == "the uncompressed model"
    assert budgets["loses at most 5 points"][:2] == [
        "quick <small>0.40 × the time, 80 % of the bytes, -0.5 points</small>",
        "small <small>0.90 × the time, 20 % of the bytes, -0.8 points</small>",
    ]
    assert budgets["takes at most 25 % of the time"][2].startswith("lossy")
    assert budgets["has at most 25 % of the bytes"][0].startswith("lossy")


def test_what_was_timed_while_a_neighbour_was_busy_is_not_called_slower() -> None:
    def entry(name: str, latency: float, ratio: float) -> dict[str, Any]:
        made = {"name": name, "recipe": name, "model": "m", "test": "t", "clips": 100, "machine": "c"}
        return {**made, "latency": latency, "latency_ratio": ratio, "top1_drop": 0.0}

    # The second one and its reference took ten times as long, and it is the faster of both.
    html = page(
        [{"measurements": [entry("calm", 0.09, 0.9), entry("busy", 0.5, 0.5), entry("third", 0.1, 1.0)]}]
    )
    assert "m: ship busy for speed (0.50 × the time, 0.0 points)" in tags_of(html).text


def test_classes_and_confusions() -> None:
    hurt = Result(by_class(400, 3, {7: 3, 9: 1}, name="<b>"))
    html = shown(hurt, Result(by_class(400, 3, {}, name="fp32")), result())
    cells = rows_of(html, "Classes that gained or lost clips")[1:]
    assert cells == [
        ["&lt;b&gt;", "class 7", "3", "3", "0", "3", "0", "1"],
        ["&lt;b&gt;", "class 9", "3", "3", "2", "1", "0", "1"],
    ]
    assert rows_of(html, "&lt;b&gt;: taken for another class more often than by the reference")[1:] == [
        ["class 7", "class 8", "0", "3"],
        ["class 9", "class 10", "0", "1"],
    ]


def test_what_was_left_out_and_what_it_is_about() -> None:
    skipped = [Skipped(Clip("a<b", "zumba", Path("v/a.mp4")), "cut off", Fault.TRUNCATED)]
    html = shown(result(), about="clips: k400, 19,906 rows", skipped=skipped)
    text = tags_of(html).text
    assert "clips: k400, 19,906 rows" in text
    assert rows_of(html, "Clips that could not be used")[1][:4] == ["a&lt;b", "zumba", "truncated", "cut off"]
    assert "In neither variant nor reference: 1 truncated." in text
    assert "could not be used" not in words(result())


def test_runs_stand_side_by_side_and_what_changed_comes_first() -> None:
    before, now = made_run(3, 40), made_run(3, 40, commit="f" * 40)
    now["measurements"][1]["size_bytes"] += 1_000_000
    html = page([before, now], ["monday.json", "tuesday.json"])
    text = tags_of(html).text
    assert html.index(">What changed, monday.json, 0123456789") < html.index(">Which to ship</h3>")
    changed = rows_of(html, "What changed: the numbers")[1:]
    assert [(row[0], row[1], row[5]) for row in changed] == [("variant-1", "size_bytes", "worse")]
    assert len(rows_of(html, "All runs side by side")[0]) == 7
    assert "Earlier: monday.json" in text


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"measurements": [{}], "run": None, "skipped": [1], "grids": "x"},
        {"measurements": [{"name": "a", "model": "m", "top1_drop": "x", "hotspots": [], "verdicts": [{}]}]},
        {"measurements": [{"name": "a", "model": "m", "start": {"total_s": 1}, "calls": 3, "classes": [{}]}]},
        {"measurements": [{"name": "a", "model": "m", "latency_ratio": 1e400, "top1_drop": 0.1}]},
    ],
)
def test_what_is_missing_or_something_else_is_left_out(broken: Any) -> None:
    assert tags_of(page([broken])).headings[0] == 1


def test_a_file_of_before_the_schema_is_drawn() -> None:
    entries = [{"name": "fp16", "model": "m", "test": "t", "clips": 9, "top1_drop": 0.1, "latency_ratio": 0.5,
                "verdict": "failed", "verdict_top1": "failed", "verdict_top1_limit": 0.8, "top1": 0.7}]  # fmt: skip
    html = page([parse_run_file(json.dumps(entries).encode(), "old.json")])
    assert "1 of 1 variant failed: fp16 (top1)" in tags_of(html).text
    assert rows_of(html, "Verdicts of fp16")[1][:6] == ["top1", "failed", "70.00 %", "-", "-", "80.00 %"]


def test_no_word_needs_a_script() -> None:
    """Every figure has its numbers as a table, and every table a caption and headings that say of what they are."""
    html = page([made_run(5, 100)])
    tags = tags_of(html)
    assert tags.seen.count("table") == tags.seen.count("caption") > tags.seen.count("figure") > 8
    assert html.count('role="img" aria-label="') == tags.seen.count("figure")
    assert html.count('<th scope="col"') + html.count('<th scope="row"') == tags.seen.count("th")


def test_where_a_failed_accuracy_leaves_the_reference() -> None:
    blocks = (BlockError("stem", 0.0, 0.0), BlockError("layer<3>", 0.41, 0.4))
    html = shown(result(divergence=Divergence(blocks, (("pool", "no such block"),))))
    text = tags_of(html).text
    assert "the first block that leaves the reference: layer<3> (relative error 0.41; 0 before it)" in text
    assert rows_of(html, "fp16 by block")[2] == ["layer&lt;3&gt;", "0.41", "0.4", "0.4"]
    assert "pool: no such block" in text
    assert "relative error after it" not in words(result())
    assert "no block of it can be looked at" in words(result(divergence=Divergence(unseen="a function")))
