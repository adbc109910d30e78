"""From file to answer as it is shown: two rows a variant, the stages of the model, and their multiply-accumulates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.from_file.from_file import FromFile
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.answer_lines import answer_json, answer_lines, macs_table
from tests.gate.reports import changed, from_files, report

MACS = {"backbone": 1_000_000_000, "aggregator": 400_000_000}


def timed(**changes: Any) -> Report:
    whole = replace(report(stage_macs=MACS, **changes), from_file=from_files(noise=0.0, decode_s=0.003))
    assert whole.reference is not None
    return replace(whole, reference=changed(whole.reference, stage_macs=MACS))


def test_a_variant_stands_beside_its_reference_by_parts() -> None:
    lines = [line.split() for line in answer_lines([Result(timed())])]
    assert " ".join(lines[0]) == "from file to answer, timesformer: ms a clip, and clips a second"
    stages = ("backbone", "aggregator", "classifier")
    assert lines[1] == ["variant", "decode", "model", *stages, "total", "clips/s"]
    assert lines[3] == ["int8-dynamic", "3", "70", "40", "20", "1", "73", "13.7"]
    assert lines[4] == ["its", "reference", "30", "70", "40", "20", "1", "100", "10"]


def test_the_work_of_stages_stands_below_with_what_is_in_none() -> None:
    rows = macs_table([Result(timed())])[1]
    assert rows[0] == ["int8-dynamic", "1,000.000", "400.000", "100.000", "1,500.000"]
    assert rows[1][0] == "  its reference"
    assert "work by stage, timesformer: millions of MACs a view" in "\n".join(answer_lines([Result(timed())]))


def test_what_was_not_timed_has_no_lines_on_the_terminal_whatever_its_stages() -> None:
    assert answer_lines([Result(report(stage_macs=MACS))]) == []
    assert macs_table([Result(report())])[1] == []
    assert answer_json(report()) == {}


def test_what_has_no_file_says_why() -> None:
    absent = replace(report(), from_file=FromFile(absent="its clips are no files"))
    assert answer_lines([Result(absent)]) == [
        "int8-dynamic: not timed from file to answer: its clips are no files"
    ]
    assert answer_json(absent) == {"from_file": {"absent": "its clips are no files"}}


def test_the_json_has_every_stage_and_the_reference() -> None:
    flat = answer_json(timed())
    assert flat["stages"]["decode"] == {"seconds": pytest.approx(0.003), "macs": None}
    assert flat["stages"]["backbone"] == {"seconds": pytest.approx(0.04), "macs": 1_000_000_000}
    assert flat["from_file"]["reference"]["decode_s"] == pytest.approx(0.03)
    assert flat["from_file"]["clips_per_s"] == pytest.approx(1 / 0.073)
    assert (flat["from_file"]["rounds"], flat["from_file"]["clips"]) == (16, 4)


def test_a_stage_that_is_hidden_is_a_dash() -> None:
    hidden = replace(report(), from_file=from_files(noise=0.0, stages=False))
    assert answer_lines([Result(hidden)])[3].split()[3:6] == ["-", "-", "-"]


@pytest.mark.parametrize("width", [80, 100])
def test_lines_fit(width: int) -> None:
    long = "frames:keep=6+distil:temperature=2,steps=3000+int8-static:calibration=64@openvino"
    assert max(map(len, answer_lines([Result(timed(name=long))], width))) <= width
