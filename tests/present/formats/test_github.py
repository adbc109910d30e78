from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.verdict import Result, Verdict
from pytest_vidcompress.present.formats.github import annotate, command, github
from pytest_vidcompress.present.markdown.step import Place, Step
from tests.gate.reports import report
from tests.present.verdicts import BLIND, BUDGET, LATENCY, MACS, SIZE, TOP1

TEST = report().test
NODE = f"{TEST}[fp16]"
STEP = Step(places={NODE: Place(Path("/checkout/benchmarks/test_variants.py"), 12)})


def result(*verdicts: Verdict, name: str = "fp16", nodeid: str = NODE) -> Result:
    return Result(report(name=name, nodeid=nodeid), verdicts, nodeid)


def test_escapes_are_the_toolkits() -> None:
    assert command("error", "50 %\r\na: b, c", file="a:b,c%\n.py", line=3) == (
        "::error file=a%3Ab%2Cc%25%0A.py,line=3::50 %25%0D%0Aa: b, c"
    )
    assert command("warning", "x") == "::warning::x"


@given(st.text(), st.text())
def test_whatever_is_said_comes_out_on_one_line(message: str, title: str) -> None:
    """As the runner reads it: properties up to the second pair of colons, then the message."""
    line = command("error", message, title=title)
    assert not re.search(r"[\r\n]", line)
    head, _, data = line.removeprefix("::error ").partition("::")

    def unescape(text: str) -> str:
        for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            text = text.replace(code, char)
        return text

    assert unescape(head) == f"title={title}"
    assert len(head.split(",")) == 1
    # In the message, colons and commas stay as they are.
    assert data == message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def test_an_error_a_failure_and_then_a_warning_a_doubt() -> None:
    lines = list(annotate([result(LATENCY, MACS, BLIND), result(SIZE, TOP1)], STEP, "/checkout"))
    heads = [line.split("::")[1] for line in lines]
    where = "file=benchmarks/test_variants.py,line=12,title=fp16 of timesformer%3A"
    assert heads == [
        f"error {where} size_bytes failed",
        f"error {where} top1 failed",
        f"warning {where} latency_ratio inconclusive",
    ]
    assert "measured 70.00 %25 [60.40, 78.11], stored 90.00 %25" in lines[1]
    assert "%0A  could have seen: a drop of 1.9 points%0A" in lines[1]
    assert lines[1].endswith("--vc-baseline=accept")


def test_strict_makes_an_error_of_what_is_new_or_not_sure() -> None:
    lines = list(annotate([result(LATENCY, BLIND)], replace(STEP, strict=True)))
    assert [line.split()[0] for line in lines] == ["::error"] * 2


@pytest.mark.parametrize(
    ("place", "workspace", "where"),
    [
        (Place(Path("/checkout/a.py"), 1), "/checkout", "file=a.py,line=1,"),
        (Place(Path("/elsewhere/a.py"), 1), "/checkout", "file=/elsewhere/a.py,line=1,"),
        (Place(Path("a.py"), 1), "", "file=a.py,line=1,"),
        (Place.of(Path("/checkout"), "b/a.py", 0), "/checkout", "file=b/a.py,line=1,"),
        (Place.of(Path("/checkout"), "a.py", None), "/checkout", "file=a.py,"),
    ],
)
def test_files_are_named_from_the_root_of_the_checkout(place: Place, workspace: str, where: str) -> None:
    (line,) = annotate([result(SIZE)], Step(places={NODE: place}), workspace)
    assert line.startswith(f"::error {where}title=")


def test_without_a_place_the_title_says_what_it_is_about() -> None:
    (line,) = annotate([result(BUDGET)], Step())
    assert line.startswith("::error title=fp16 of timesformer%3A size_ratio (budget) failed::")


def test_a_test_that_was_meant_to_fail_is_no_error() -> None:
    found = github({"GITHUB_ACTIONS": "true"}, [result(SIZE)], replace(STEP, expected={f"{TEST}[fp16]"}))
    assert found == []


def test_nothing_measured_is_an_error() -> None:
    (line,) = github({"GITHUB_ACTIONS": "true"}, [], Step(closing="vidcompress: measured nothing"))
    assert line.text == "::error title=pytest-vidcompress::vidcompress: measured nothing"


def test_the_page_is_appended_to(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    for _ in range(2):
        assert github(environ, [result(MACS)], STEP) == []
    assert page.read_text().startswith("before\n## ")
    assert page.read_text().count("## Compressed") == 2


def test_a_name_that_is_no_text_is_escaped(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    github({"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}, [result(MACS, name="a\udcff")], STEP)
    assert "| a&#92;udcff |" in page.read_text()


def test_a_name_is_no_command_and_no_second_line() -> None:
    (line,) = annotate([result(SIZE, name="::error::fp16\n::stop-commands::x\x1b[31m")], STEP)
    title = r"\x3a%3Aerror%3A%3Afp16\n%3A%3Astop-commands%3A%3Ax\x1b[31m of timesformer%3A size_bytes failed"
    assert line.split("title=")[1].split("::")[0] == title


def test_a_page_that_cannot_be_written_is_one_warning(tmp_path: Path) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}
    (line,) = github(environ, [result(MACS)], STEP)
    assert line.text.startswith("::warning title=pytest-vidcompress::the step summary cannot be written: ")
    # A colour would hide the command from the runner.
    assert line.status is None


@pytest.mark.parametrize("actions", [{}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_there_is_nothing(tmp_path: Path, actions: dict[str, str]) -> None:
    page = tmp_path / "page.md"
    assert github({**actions, "GITHUB_STEP_SUMMARY": str(page)}, [result(SIZE)], STEP) == []
    assert not page.exists()


def test_a_run_of_grids_shows_them_and_is_no_error(tmp_path: Path) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
    assert github(environ, [], replace(STEP, grids=["cell  time\na\x1bb  0.5"])) == []
    assert "\n```text\ncell  time\na\\x1bb  0.5\n```\n" in (tmp_path / "page").read_text()
    (line,) = github(environ, [], STEP)
    assert line.text.startswith("::error ")
