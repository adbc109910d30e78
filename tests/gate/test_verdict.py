from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.gate.verdict import Remedy, Result, Status, Verdict, accepted, stored_now, worst
from tests.gate.reports import report


def test_worst() -> None:
    assert worst([]) is Status.PASSED
    assert worst([Status.PASSED, Status.NEW]) is Status.NEW
    assert worst([Status.NEW, Status.FAILED, Status.INCONCLUSIVE]) is Status.FAILED


def test_result_has_the_worst_status() -> None:
    verdicts = tuple(Verdict("macs", status, 1, 1, 1, "") for status in (Status.PASSED, Status.INCONCLUSIVE))
    assert Result(report(), verdicts).status is Status.INCONCLUSIVE
    assert Result(report()).status is Status.PASSED


def test_what_a_run_stores_needs_no_command_and_everything_else_stays() -> None:
    new = Verdict("macs", Status.NEW, 1, None, None, "nothing is stored yet", remedy=Remedy.CREATE)
    now = stored_now(new)
    assert (now.status, now.remedy) == (Status.NEW, Remedy.NONE)
    assert now.reason == "nothing is stored yet; this run stores it, if it passes"
    others = [replace(new, remedy=Remedy.ACCEPT), replace(new, status=Status.INCONCLUSIVE)]
    assert list(map(stored_now, others)) == others
    # Without zeros there is nothing to accept, and they are stored all the same.
    zeros = replace(new, metric="sparsity", measured=0)
    assert accepted(zeros) == stored_now(zeros)
    assert accepted(new).status is Status.PASSED
