from __future__ import annotations

from pytest_vidcompress.gate.verdict import Result, Status, Verdict, worst
from tests.gate.reports import report


def test_worst() -> None:
    assert worst([]) is Status.PASSED
    assert worst([Status.PASSED, Status.NEW]) is Status.NEW
    assert worst([Status.NEW, Status.FAILED, Status.INCONCLUSIVE]) is Status.FAILED


def test_result_has_the_worst_status() -> None:
    verdicts = tuple(Verdict("macs", status, 1, 1, 1, "") for status in (Status.PASSED, Status.INCONCLUSIVE))
    assert Result(report(), verdicts).status is Status.INCONCLUSIVE
    assert Result(report()).status is Status.PASSED
