from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.report import PublishedAccuracy
from pytest_vidcompress.present.terminal.table import remark_lines, tables
from tests.gate.reports import changed, report


def result(name: str, *statuses: Status, **changes: Any) -> Result:
    verdicts = tuple(Verdict("top1", status, 0.9, 0.9, 0.89, "because") for status in statuses)
    return Result(report(name=name, **changes), verdicts)


def test_worst_first_below_the_reference() -> None:
    lines = tables(
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
    lines = tables([result("fp16", clips=176, sample=640), result("fuse", clips=640, sample=640)])
    assert lines[0].text.startswith("timesformer on 176 to 640 of 640 clips; ")


def test_each_row_has_its_own_clips_and_says_how_many() -> None:
    lines = tables([result("fp16", clips=176, sample=640), result("fuse", clips=640, sample=640)])
    assert lines[1].text.split()[:3] == ["variant", "verdict", "clips"]
    assert [line.text.split()[2] for line in lines[4:6]] == ["176", "640"]
    assert lines[6].text.startswith("each row is on as many clips as it took to decide, its change against")
    assert "each row" not in "".join(line.text for line in tables([result("fp16"), result("fuse")]))


def test_what_is_the_same_in_every_row_is_said_once_above_them() -> None:
    lines = tables([result(name, latency_ratio=None) for name in ("fp16", "fuse", "prune-global")])
    assert lines[0].text == (
        "timesformer on 100 clips; shares in %, changes in points; in every row GMACs 1.5"
    )
    assert lines[1].text.split() == ["variant", "verdict", "top-1", "agree", "size", "MB", "zeros"]
    assert "time" not in tables([result("fp16", latency_ratio=None)])[1].text.split()
    few = tables([result("fp16"), result("fuse")])
    assert "GMACs" in few[1].text


def test_only_what_is_new_is_called_so() -> None:
    held = Verdict("top1", Status.PASSED, 0.9, 0.9, 0.89, "as stored")
    time = Verdict("latency_ratio", Status.NEW, 0.9, None, None, "no run was recorded")
    memory = replace(time, metric="peak_memory_bytes")
    budget = replace(held, metric="top1_drop", rule="budget")
    for verdicts, word in (
        ((held, time, memory), "time new"),
        ((held, memory), "peak_memory_bytes new"),
        ((replace(held, status=Status.NEW), time), "new  "),
        ((time, budget), "new  "),
        ((replace(held, status=Status.FAILED), time), "failed  "),
    ):
        row = tables([Result(report(name="fp16"), verdicts)])[-1].text
        assert word in row


def test_one_name_of_several_tests_says_which() -> None:
    lines = tables(
        [
            result("fuse", Status.FAILED, test="benchmarks/test_fusion.py::test_nothing_changes"),
            result("fp16", Status.PASSED),
            result("fuse", Status.PASSED, test="benchmarks/test_paper_tables.py::test_holds", size_bytes=7),
        ]
    )
    assert [line.text.split("  ")[0] for line in lines[4:7]] == ["fuse [1]", "fp16", "fuse [2]"]
    assert [line.text for line in lines[7:]] == [
        "[1] in benchmarks/test_fusion.py::test_nothing_changes",
        "[2] in benchmarks/test_paper_tables.py::test_holds",
    ]


def test_a_variant_of_several_tests_is_one_row_with_its_worst_verdict() -> None:
    lines = tables(
        [
            result("fuse", Status.PASSED, test="benchmarks/test_fusion.py::test_nothing_changes"),
            result("fuse", Status.FAILED, test="benchmarks/test_paper_tables.py::test_holds"),
        ]
    )
    assert [line.text.split()[:2] for line in lines[4:-1]] == [["fuse", "failed"]]
    assert lines[-1].text == "fuse: measured by 2 tests, the worst is shown"


def test_a_note_on_many_names_some() -> None:
    lines = remark_lines([result(f"int8-{n}", notes=("on 32 clips",)) for n in range(9)])
    assert lines == ["int8-0, int8-1, int8-2, int8-3 and 5 more: on 32 clips"]


def test_a_narrow_terminal_has_fewer_columns_and_says_so() -> None:
    rows = [
        result("prune-local-attention:layers=:-1", Status.INCONCLUSIVE, clips=90, sample=640),
        result("fp16"),
    ]
    wide, narrow = tables(rows, 120), tables(rows, 80)
    assert {"clips", "GMACs", "zeros"} <= set(wide[1].text.split())
    assert narrow[1].text.split() == ["variant", "verdict", "top-1", "size", "MB", "time"]
    assert max(len(line.text) for line in narrow) <= 80
    assert any(line.text.startswith("clips, agree, GMACs, zeros: no room in 80 columns") for line in narrow)


def test_a_note_that_several_rows_share_is_said_once() -> None:
    lines = remark_lines(
        [result("fuse+int8-static", notes=("on 32 clips",)), result("int8-static", notes=("on 32 clips",))]
    )
    assert lines == ["fuse+int8-static, int8-static: on 32 clips"]


def test_numbers_of_a_row() -> None:
    lines = tables([result("fp16", Status.PASSED, top1=Estimate(0.887))])
    assert lines[0].text == "timesformer on 100 clips; shares in %, changes in points"
    row = lines[-1].text.split()
    assert " ".join(row) == "fp16 passed 88.7 (-1.3) 95.0 3.00 (25%) 1.5 20.0 0.90 ±6%"


def test_what_was_not_measured_is_a_dash() -> None:
    row = result("fp16", size_bytes=None, macs=None, sparsity=None, latency_ratio=None, reference=None)
    assert tables([row])[-1].text.split()[-4:] == ["-"] * 4
    assert tables([]) == []


def test_an_accuracy_of_another_protocol_has_a_footnote_said_once() -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    published = PublishedAccuracy("16x4, 5x3 views", 0.815, label)
    lines = tables([result(name, published=published) for name in ("fp16", "fuse")])
    assert [line.text for line in lines if "published" in line.text] == [f"accuracy {label}"]
    same = PublishedAccuracy("16x4, 1x1 views", 0.815)
    assert not [line for line in tables([result("fp16", published=same)]) if "accuracy" in line.text]


def test_random_weights_have_a_footnote() -> None:
    lines = tables([result("fp16", Status.PASSED, accuracy_kind="agreement")])
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
    text = "\n".join(line.text for line in tables([long, result("fp16", Status.PASSED)]))
    assert max(map(len, text.splitlines())) <= 100
    assert "…" in text
    assert "n=64" in text


def test_a_note_on_every_table_is_said_once() -> None:
    rows = [result("fp16", clips=176, sample=640), result("fuse", clips=640, sample=640)]
    both = [*rows, *(Result(changed(row.report, model="videomae")) for row in rows)]
    assert sum(line.text.startswith("each row is on") for line in tables(both)) == 1


def test_a_table_a_model() -> None:
    other = Result(changed(report(), model="videomae"))
    lines = tables([result("a"), other, result("b")])
    titles = [line.text for line in lines if " on " in line.text]
    assert titles == [
        "timesformer on 100 clips; shares in %, changes in points",
        "videomae on 100 clips; shares in %, changes in points",
    ]
