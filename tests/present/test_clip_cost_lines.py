from __future__ import annotations

import json

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.present.clip_cost_lines import clip_cost_json, clip_cost_lines, cost_rows
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.terminal.table import tables
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import shown, uneven

SECONDS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)
CALLS = PairTimes(SECONDS, (0.05,) * 6, tuple(f"clip{clip}" for clip in range(6)), by_clip=True)
NOW = uneven([place * 10_000_000 for place in range(1, 11)], calls=CALLS)


def test_a_few_lines_say_how_clips_lie_apart_and_which_cost_most() -> None:
    title, _, macs, seconds, *which = clip_cost_lines([Result(report()), Result(NOW)])
    assert title.split()[-5:] == ["clips", "mean", "p50", "p90", "p95"]
    assert macs.startswith("int8-dynamic, MMACs")
    assert macs.split()[2:6] == ["10", "55", "[38,", "75]"]
    assert macs.split()[-3:] == ["50", "90", "100"]
    assert seconds.split()[:3] == ["int8-dynamic,", "ms", "6"]
    assert which == [
        "MACs of int8-dynamic beside their mean: still 0.45, middle 1.09, fast 1.64; dearest class 'b' 1.09,",
        "  cheapest 'a' 0.91",
    ]


def test_lines_are_no_longer_than_the_terminal() -> None:
    named = changed(NOW, name="fuse+run-length:threshold=0.1,proportional=true,weighted=false+int8-static")
    for width in (80, 100, 160):
        assert max(map(len, clip_cost_lines([Result(named)], width))) <= width


def test_a_class_of_one_clip_is_neither_the_dearest_nor_the_cheapest() -> None:
    classes = shown(10, ("rare", *"ab" * 4, "b"))
    text = " ".join(clip_cost_lines([Result(changed(NOW, shown=classes))]))
    assert "rare" not in text
    assert "dearest class 'b'" in text


def test_where_all_clips_happen_to_cost_the_same_none_is_the_dearest() -> None:
    title, _, macs = clip_cost_lines([Result(uneven([5_000_000] * 6))])
    assert title.startswith("single clips of ")
    assert macs.split()[2:] == ["6", "5", "[5,", "5]", "5", "5", "5"]


def test_of_a_fixed_cost_nothing_is_said() -> None:
    assert clip_cost_lines([Result(report())]) == []
    assert clip_cost_json(report()) == {}
    assert cost_rows(report(latency=None)) == []


def test_the_table_marks_the_mean_and_says_what_the_mark_is() -> None:
    lines = [line.text for line in tables([Result(NOW)])]
    assert any(" 0.055~" in line for line in lines)
    assert "~ depends on the clip: the mean of those that were counted" in lines
    assert not any("~" in line.text for line in tables([Result(report())]))


def test_all_of_it_is_in_the_json() -> None:
    flat = as_json(NOW)
    json.dumps(flat, allow_nan=False)
    assert flat["macs_by_clip"] == [place * 10_000_000 for place in range(1, 11)]
    assert (flat["macs_mean"], flat["macs_p95"]) == (55_000_000, 100_000_000)
    assert flat["macs_p95_interval"] == [80_000_000, None]
    assert flat["macs_p10"] == 10_000_000
    assert flat["macs_mean_ratio"] == pytest.approx(55 / 1500)
    assert flat["motion_by_clip"] == [float(place) for place in range(10)]
    assert flat["seconds_by_clip"] == dict(zip(CALLS.clip_ids, SECONDS, strict=True))
    assert flat["seconds_of_clips"]["p50"] == [0.03, 0.01, 0.06]
    assert flat["seconds_of_clips"]["p95"] == [0.06, 0.04, None]
    assert [each["name"] for each in flat["clip_groups"]] == ["still", "middle", "fast", "b", "a"]
    assert flat["clip_groups"][0]["seconds"][0] == pytest.approx(0.025)


def test_a_fixed_cost_has_all_its_quantiles_in_the_json() -> None:
    flat = as_json(report())
    assert flat["macs"] == flat["macs_mean"] == flat["macs_p95"] == 1_500_000_000
    assert "macs_by_clip" not in flat
