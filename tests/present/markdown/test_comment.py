"""The file for a pull request: what the step's summary says, known by a mark, and as long as a comment may be."""

from __future__ import annotations

from pathlib import Path

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.markdown.comment import MARK, comment
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.report_files import write_reports
from tests.gate.reports import report
from tests.present.verdicts import MACS, SIZE

WORKFLOW = Path(__file__).parents[3] / "docs" / "workflows" / "github.yml"


def result(name: str, *verdicts: object) -> Result:
    return Result(report(name=name), verdicts, f"test_it.py::test_holds[{name}]")


def test_the_workflow_knows_it_by_its_mark() -> None:
    text = comment(Outcome([result("fuse", SIZE)], options="--vc-model=timesformer"))
    assert text.startswith(MARK)
    assert f'startswith("{MARK.strip()}")' in WORKFLOW.read_text(encoding="utf-8")
    assert "| 🔴 failed | fuse |" in text
    assert "pytest 'test_it.py::test_holds[fuse]' --vc-model=timesformer --vc-baseline=accept" in text


def test_what_was_meant_to_fail_is_shown_and_not_typed() -> None:
    red = result("fuse", SIZE)
    text = comment(Outcome([red], expected={red.nodeid}))
    assert "| 🔴 failed | fuse |" in text
    assert "```" not in text


def test_it_fits_a_comment(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    write_reports([file], Outcome([result("視" * 90 + str(n), MACS, SIZE) for n in range(300)]))
    text = file.read_text(encoding="utf-8")
    assert 10_000 < len(text.encode()) <= 65_536
    assert "variants more" in text


def test_of_nothing_measured_it_says_so(tmp_path: Path) -> None:
    write_reports([tmp_path / "summary.MD"], Outcome())
    assert "measured nothing" in (tmp_path / "summary.MD").read_text()
