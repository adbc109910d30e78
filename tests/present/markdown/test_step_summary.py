from __future__ import annotations

import html
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.measure.report import PublishedAccuracy
from pytest_vidcompress.present.markdown.step import Step
from pytest_vidcompress.present.markdown.step_summary import escaped, step_summary
from tests.gate.reports import ranked, report
from tests.present.verdicts import BLIND, BUDGET, LATENCY, MACS, SIZE, TOP1


def result(name: str, *verdicts: Verdict) -> Result:
    return Result(report(name=name), verdicts, f"test_it.py::test_holds[{name}]")


GREEN, RED, YELLOW, NEW = (
    result("fp16", MACS),
    result("fuse", MACS, TOP1, SIZE),
    result("int8", LATENCY),
    result("shrink", BLIND),
)
BARE = result("bare")


def page(*results: Result, strict: bool = False) -> str:
    return step_summary(results, results, Step("--vc-model=timesformer", strict, "the closing line"))


def rows(text: str) -> list[str]:
    """The variants of all tables, from top to bottom."""
    return [
        row.split(" | ")[1] for row in text.splitlines() if row.startswith(("| 🔴", "| 🟡", "| 🟢", "| unch"))
    ]


def test_the_worst_first_and_what_passed_folded() -> None:
    text = page(GREEN, NEW, YELLOW, BARE, RED)
    assert rows(text) == ["fuse", "int8", "shrink", "fp16", "bare"]
    folded = text[text.index("<details>") : text.index("</details>")]
    assert "<summary>1 passed, 1 unchecked</summary>\n\n|" in folded
    assert rows(folded) == ["fp16", "bare"]
    assert text.index("</details>") < text.index("**the closing line**")


def test_why_and_what_to_type() -> None:
    text = page(RED, YELLOW, NEW)
    assert (
        "\n- **fuse: top1** lost 20.00 points, more than chance explains; failed: measured 70.00 % " in text
    )
    assert "could have seen a drop of 1.9 points" in text
    assert "- **int8: latency_ratio** " in text
    assert "- **shrink" not in text
    again = "pytest 'test_it.py::test_holds[fuse]' --vc-model=timesformer"
    assert f"See it again:\n\n```sh\n{again}\n```" in text
    assert f"Accept it:\n\n```sh\n{again} --vc-baseline=accept\n```" in text


def test_an_accuracy_of_another_protocol_is_labelled_once_a_model() -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    of = report(published=PublishedAccuracy("16x4, 5x3 views", 0.815, label))
    lines = page(Result(of, ()), Result(of, (MACS,))).splitlines()
    assert [html.unescape(line) for line in lines if "published" in line] == [
        f"timesformer: accuracy {label}"
    ]


def test_new_in_time_alone_is_called_so() -> None:
    text = page(result("fp16", MACS, replace(LATENCY, status=Status.NEW)))
    assert "| 🟡 time new | fp16 |" in text


def test_strict_names_what_is_new_too() -> None:
    text = page(YELLOW, NEW, strict=True)
    assert "- **shrink: agreement** " in text
    assert "pytest 'test_it.py::test_holds[int8]' 'test_it.py::test_holds[shrink]' " in text


def test_green_has_nothing_to_type_and_nothing_measured_no_table() -> None:
    assert "```" not in page(GREEN)
    assert "|" not in step_summary([], [], Step(closing="vidcompress: measured nothing"))
    assert "measured nothing" in step_summary([], [], Step(closing="vidcompress: measured nothing"))


def test_a_budget_is_not_accepted() -> None:
    assert "--vc-baseline" not in page(result("fp16", BUDGET))


def test_meant_to_fail_is_shown_and_not_typed() -> None:
    text = step_summary([RED], [], Step())
    assert rows(text) == ["fuse"]
    assert "```" not in text


def test_a_name_ends_neither_its_cell_nor_the_code() -> None:
    text = page(result("a|b`c```d\n<i>", SIZE))
    (row,) = (line for line in text.splitlines() if line.startswith("| 🔴"))
    assert row.count(" | ") == 6
    assert "<i>" not in row
    assert "\n````sh\n" in text


def test_a_name_is_shown_as_it_would_be_typed() -> None:
    text = page(result("fp16\r\n\n# heading\x1b[31m\u202e", replace(SIZE, reason="raised\n- a point")))
    assert r"fp16\r\n\n# heading\x1b[31m\u202e" in html.unescape(text.splitlines()[4])
    assert r"raised\n- a point" in html.unescape(text)
    assert "\x1b" not in text
    assert "\u202e" not in text


@given(st.text())
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    safe = escaped(text)
    safe = safe.replace("@<!-- -->", "@")
    assert html.unescape(safe) == " ".join(text.split())
    assert not re.search(r"[&<>\\`*\[\]{}|~#$\n]", re.sub(r"&#\d+;", "", safe))
    # Only an underscore between letters or digits is no emphasis.
    around = [(safe[: at.start()][-1:], safe[at.end() :][:1]) for at in re.finditer("_", safe)]
    assert all(before.isalnum() and after.isalnum() for before, after in around)


def test_nobody_is_mentioned() -> None:
    assert escaped("@everyone, (@all) of a@b and fuse@onnxruntime @") == (
        "@<!-- -->everyone, (@<!-- -->all) of a@b and fuse@onnxruntime @"
    )


def test_rankings_have_columns_where_clips_may_have_several_labels() -> None:
    assert "| GAP |" not in page(GREEN)
    text = page(Result(ranked(report(name="fuse")), (MACS,)), GREEN)
    header, rule, *table = [line for line in text.splitlines() if line.startswith("|")]
    assert "| change, points | GAP | mAP | size |" in header
    assert {line.count("|") for line in (header, rule, *table)} == {10}
    assert "| 80.00 % | 60.00 % |" in text
