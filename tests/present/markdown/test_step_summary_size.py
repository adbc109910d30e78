"""GitHub takes a summary of 1 MiB and a comment of 65,536 characters: longer ones are shortened, the worst first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.verdict import Result, Status
from pytest_vidcompress.present.formats.github import github
from pytest_vidcompress.present.markdown.step import Step
from pytest_vidcompress.present.markdown.step_summary import COMMENT_BYTES, STEP_BYTES, step_summary
from tests.gate.reports import report
from tests.present.verdicts import MACS, SIZE, TOP1

STEP = Step("--vc-model=timesformer", closing="the closing line")


def results(many: int, *verdicts: object, name: str = "fuse+int8-static") -> list[Result]:
    return [
        Result(report(name=f"{name}@{i}"), verdicts, f"test_it.py::test_holds[{name}@{i}]")
        for i in range(many)
    ]


def test_what_fits_is_whole() -> None:
    text = step_summary(results(40, MACS), [], STEP, COMMENT_BYTES)
    assert text.count("\n| 🟢") == 40
    assert "more: on the page" not in text


def test_a_thousand_variants_fit_and_the_red_ones_are_told_first() -> None:
    red, green = results(3, TOP1, SIZE, name="red"), results(1000, MACS)
    text = step_summary([*green, *red], red, STEP, COMMENT_BYTES)
    assert len(text.encode()) <= COMMENT_BYTES
    assert [line.split(" | ")[1] for line in text.splitlines() if line.startswith("| 🔴")] == [
        each.report.name for each in red
    ]
    assert "more: on the page of `--vc-report`" in text
    assert "1000 passed" in text
    assert "**the closing line**" in text
    assert "test_holds[red@0]" in text


def test_of_many_red_ones_some_are_shown_and_typed() -> None:
    red = results(600, TOP1, SIZE)
    text = step_summary(red, red, STEP, COMMENT_BYTES)
    assert len(text.encode()) <= COMMENT_BYTES
    shown = text.count("\n| 🔴")
    assert 0 < shown < 600
    assert f"and {600 - shown} variants more" in text
    assert f"See it again, {shown} of 600 tests:" in text


def test_a_name_without_end_is_shortened() -> None:
    endless = results(1, MACS, replace(SIZE, reason="why " * 99_999), name="x" * 200_000)
    text = step_summary(endless, [], STEP, COMMENT_BYTES)
    assert len(text.encode()) <= COMMENT_BYTES
    assert "xxx…xxx" in text


@settings(max_examples=30)
@given(st.integers(0, 5000), st.text(max_size=50))
def test_it_is_never_longer_than_it_may_be(most: int, name: str) -> None:
    red = results(30, SIZE, name=name)
    assert len(step_summary(red, red, STEP, most).encode(errors="surrogateescape")) <= max(most, 10)


def test_what_a_step_has_written_before_counts(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_text("x" * (STEP_BYTES - 5000))
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    github(environ, results(100, replace(MACS, status=Status.PASSED)), STEP)
    assert STEP_BYTES - 5000 < page.stat().st_size <= STEP_BYTES
