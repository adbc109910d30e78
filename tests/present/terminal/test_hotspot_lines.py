from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.profile.hotspots import Hotspots, Spot
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.terminal.hotspot_lines import TOP, hotspot_lines, milliseconds
from pytest_vidcompress.present.width import WIDTH
from tests.gate.reports import changed, report
from tests.present.terminal.profiles import BEFORE, COVERAGE, DYNAMIC, OPENVINO, QKV, profiled


def test_reference_beside_variant() -> None:
    lines = hotspot_lines([profiled()])
    assert lines[0] == "int8-dynamic of timesformer: where the time of a call goes, reference | variant"
    assert lines[1] == "100.0 | 60.00 ms under torch.profiler, median of 7 calls"
    rows = [line.split() for line in lines]
    assert ["aten::addmm", "60.00", "60.0", "%", "60.00", "|", "-", "-", "-", "85"] in rows
    assert ["aten::bmm", "30.00", "30.0", "%", "30.00", "|", "31.00", "51.7", "%", "31.00", "48"] in rows
    names = [row[0] for row in rows[4:9]]
    # By the most time in either.
    assert names == ["aten::addmm", "aten::bmm", "quantized::linear_dynamic", "outside", "aten::linear"]
    # What tells modules apart is at the end of their names.
    (qkv,) = [row for row in rows if row[0].endswith("temporal_attention.attention.qkv")]
    assert qkv[0].removeprefix("…") in QKV


def test_runtimes_are_compared_by_kind() -> None:
    lines = hotspot_lines([profiled(OPENVINO)])
    assert any(line.startswith("kind of operator") for line in lines)
    assert not any(line.startswith("kind of operator") for line in hotspot_lines([profiled()]))
    (linear,) = [line.split() for line in lines if line.startswith("linear ")]
    assert linear[1] == "61.00"


def test_what_should_be_int8_is_seen_to_be_or_not() -> None:
    claimed = changed(profiled(coverage=COVERAGE).report, hotspots=BEFORE)
    assert hotspot_lines([Result(claimed)])[2] == (
        "no kernel multiplied integers: the 72 % of MACs that should be int8 were not"
    )
    linear = replace(DYNAMIC.operators[1], integer_s=DYNAMIC.operators[1].self_s)
    seen = replace(DYNAMIC, operators=(DYNAMIC.operators[0], linear))
    assert (
        hotspot_lines([profiled(seen)])[2]
        == "of the time in products and convolutions, 39 % multiplied integers"
    )
    assert as_json(profiled(seen).report)["hotspots"]["integer_share"] == pytest.approx(20 / 51)
    assert not any("integers" in line for line in hotspot_lines([profiled(BEFORE)]))


def test_only_the_top_is_shown() -> None:
    lines = hotspot_lines([profiled(OPENVINO)])
    start = next(i for i, line in enumerate(lines) if line.startswith("operator "))
    assert lines[start + 2 + TOP] == "and 5 more: see --vc-report"


def test_tables_fit() -> None:
    long = "a.very.long.name.of.a.module.*.that.somebody.wrote.*.with.care.and.patience.projection"
    slow = Hotspots(
        (Spot(long, "linear", 12345, 12.3, 123.4),), (Spot(long, "Linear", 12345, 12.3, 123.4),), 3, "x"
    )
    results = [profiled(slow, slow, name="shrink:mlp=0.3+" * 9), profiled(), profiled(OPENVINO)]
    assert max(map(len, hotspot_lines(results))) <= WIDTH


def test_same_names_of_several_classes_are_told_apart() -> None:
    modules = (Spot("*", "Linear", 1, 1, 1), Spot("*", "ReLU", 1, 2, 2))
    both = Hotspots((Spot("a", "linear", 1, 1, 1),), modules, 3, "x")
    lines = hotspot_lines([profiled(both, both)])
    assert any(line.startswith("* (Linear)") for line in lines)
    assert any(line.startswith("* (ReLU)") for line in lines)


def test_why_there_is_nothing() -> None:
    assert hotspot_lines([profiled(Hotspots(note="Hidden shows torch no operators"))]) == [
        "int8-dynamic of timesformer: no time by operator: Hidden shows torch no operators"
    ]
    assert hotspot_lines([Result(report())]) == []


def test_without_a_reference_there_is_the_variant() -> None:
    lines = hotspot_lines([profiled(before=None)])
    assert any(line.startswith("aten::bmm") for line in lines)


@pytest.mark.parametrize(("seconds", "text"), [(12.345, "12,345"), (0.1234, "123.4"), (0.0000123, "0.01")])
def test_milliseconds(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def test_json_has_every_row() -> None:
    flat = json.loads(json.dumps(as_json(profiled(OPENVINO).report), allow_nan=False))
    rows = flat["hotspots"]["operators"]
    assert len(rows) == 15
    assert rows[0]["kernel"] == "brgemm_avx512_i8"
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert flat["hotspots"]["source"] == "openvino"
    assert flat["reference_hotspots"]["modules"][0]["name"] == QKV
    assert flat["reference_hotspots"]["seconds"] == pytest.approx(0.1)
    assert not {"hotspots", "reference_hotspots"} & set(as_json(report()))
