from __future__ import annotations

from typing import Any

from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.terminal.table import plain, table, tables
from tests.gate.reports import changed, report


def result(name: str, *statuses: Status, **changes: Any) -> Result:
    verdicts = tuple(Verdict("top1", status, 0.9, 0.9, 0.89, "because") for status in statuses)
    return Result(report(name=name, **changes), verdicts)


def test_worst_first_below_the_reference() -> None:
    lines = table(
        [
            result("fp16", Status.PASSED),
            result("prune-global", Status.FAILED, Status.PASSED),
            result("fuse", Status.INCONCLUSIVE),
            result("mine"),
        ]
    )
    assert [line.text.split()[:2] for line in lines[3:]] == [
        ["fp32", "reference"],
        ["prune-global", "failed"],
        ["fuse", "inconclusive"],
        ["fp16", "passed"],
        ["mine", "unchecked"],
    ]
    assert [line.status for line in lines] == [None] * 4 + ["failed", "inconclusive", "passed", None]


def test_clips_of_how_many() -> None:
    lines = table([result("fp16", clips=176, sample=640), result("fuse", clips=640, sample=640)])
    assert lines[0].text.startswith("timesformer on 176 to 640 of 640 clips; ")


def test_numbers_of_a_row() -> None:
    lines = table([result("fp16", Status.PASSED, top1=Estimate(0.887))])
    assert lines[0].text == "timesformer on 100 clips; shares in %, changes in points"
    row = lines[-1].text.split()
    assert " ".join(row) == "fp16 passed 88.7 (-1.3) 95.0 3.00 (25%) 20.0 1.5 0.90 ±6%"


def test_what_was_not_measured_is_a_dash() -> None:
    row = result("fp16", size_bytes=None, macs=None, sparsity=None, latency_ratio=None, reference=None)
    assert table([row])[-1].text.split()[-4:] == ["-"] * 4
    assert table([]) == []


def test_random_weights_have_a_footnote() -> None:
    lines = table([result("fp16", Status.PASSED, accuracy_kind="agreement")])
    header = lines[1].text
    assert "agree*" in header
    assert "top-1" not in header
    assert "agree " not in header
    assert lines[-1].text.startswith("* weights are random")


def test_fits_in_100_columns() -> None:
    long = result(
        "shrink:mlp=0.3,heads=0.25+prune-gradual:amount=0.5,steps=300+int8-static:calibration=64",
        Status.INCONCLUSIVE,
        size_bytes=1_234_000,
        latency_ratio=Estimate(12.34, 11.11, 13.57),
        macs=590_123_000_000,
    )
    text = plain(table([long, result("fp16", Status.PASSED)]))
    assert max(map(len, text.splitlines())) <= 100
    assert "…" in text
    assert "n=64" in text


def test_a_table_a_model() -> None:
    other = Result(changed(report(), model="videomae"))
    lines = tables([result("a"), other, result("b")])
    titles = [line.text for line in lines if " clips" in line.text]
    assert titles == [
        "timesformer on 100 clips; shares in %, changes in points",
        "videomae on 100 clips; shares in %, changes in points",
    ]
