from __future__ import annotations

from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.present.closing import closing_line
from tests.gate.reports import report


def result(name: str, status: Status | None, clips: int = 1000) -> Result:
    verdicts = (Verdict("top1", status, 1, 1, 1, ""),) if status else ()
    return Result(report((True,) * clips, name=name), verdicts)


def test_counts_and_what_they_can_show() -> None:
    results = [result("a", Status.PASSED), result("b", Status.FAILED), result("c", None)]
    assert closing_line(results, skipped=3, absent=20) == (
        "vidcompress: 3 variants of 1 model on 1000 clips (3 skipped, 20 absent), "
        "which show a drop of 1.0 points or more; 1 failed, 1 passed, 1 unchecked"
    )


def test_fewest_clips_decide() -> None:
    line = closing_line([result("a", Status.NEW, 50), result("b", Status.NEW)])
    assert "on 50 to 1000 clips, which show a drop of 14.0 points" in line
    assert "1 variant of 1 model on 5 clips, too few to show any drop; 1 new" in closing_line(
        [result("a", Status.NEW, 5)]
    )


def test_nothing() -> None:
    assert closing_line([]) == "vidcompress: measured nothing"
