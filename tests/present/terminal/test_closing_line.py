from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.terminal.closing_line import closing_line as line_of
from tests.gate.reports import report
from tests.present.verdicts import LATENCY, MACS, TOP1


def closing_line(results: Sequence[Result], skipped: int = 0, absent: int = 0) -> str:
    clips = [
        Skipped(Clip(f"c{n}", "label", Path("c.mp4")), "cut off", Fault.TRUNCATED) for n in range(skipped)
    ]
    return line_of(Outcome(results, skipped=clips, absent=absent))


def result(name: str, *verdicts: Verdict) -> Result:
    return Result(report(name=name, clips=1000, sample=1000), verdicts)


def of(status: Status) -> Verdict:
    return replace(MACS, status=status)


def seen(*visible: float | None) -> list[Verdict]:
    """An accuracy verdict for each."""
    return [replace(TOP1, status=Status.PASSED, visible=each) for each in visible]


def test_counts() -> None:
    results = [result("a", of(Status.PASSED)), result("b", of(Status.FAILED), MACS), result("c")]
    assert closing_line(results, skipped=3, absent=20) == (
        "vidcompress: 3 variants of 1 model on 1000 clips (3 skipped, 20 absent); 1 failed, 1 passed, 1 unchecked"
    )


def test_new_and_inconclusive_are_counted() -> None:
    results = [result("a", of(Status.NEW)), result("b", of(Status.INCONCLUSIVE)), result("c", of(Status.NEW))]
    assert closing_line(results).endswith("; 1 inconclusive, 2 new")


def test_new_in_time_alone_is_counted_apart() -> None:
    alone = result("a", MACS, replace(LATENCY, status=Status.NEW, visible=None))
    results = [alone, result("b", of(Status.NEW)), alone, result("c", of(Status.FAILED))]
    assert closing_line(results).endswith("; 1 failed, 1 new, 2 time new")


def test_the_least_sensitive_check_decides_what_could_be_seen() -> None:
    slow = replace(LATENCY, status=Status.PASSED)
    results = [
        result("a", *seen(0.011, None), slow),
        result("b", *seen(0.0187), replace(slow, visible=0.02)),
    ]
    assert closing_line(results) == (
        "vidcompress: 2 variants of 1 model on 1000 clips; "
        "could see a drop of 1.9 points and +3.1 % in time; 2 passed"
    )


def test_a_check_that_was_sure_early_could_see_what_it_ruled_out() -> None:
    early = replace(LATENCY, status=Status.PASSED, visible=1.056, ruled_out=0.042)
    assert "; could see +4.2 % in time; 1 passed" in closing_line([result("a", early)])


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (seen(None), "clips; 1 passed"),
        (seen(0.02), "clips; could see a drop of 2.0 points; 1 passed"),
        (seen(0.02, math.inf), "clips; could see no drop at all; 1 passed"),
        ([replace(LATENCY, visible=6428.0)], "clips; could see no rise at all in time; 1 inconclusive"),
        ([replace(LATENCY, visible=math.inf)], "clips; could see no rise at all in time; 1 inconclusive"),
    ],
)
def test_only_what_checks_say_they_could_see(verdicts: list[Verdict], said: str) -> None:
    assert closing_line([result("a", *verdicts)]).endswith(said)


def test_clips_of_how_many() -> None:
    some = Result(report(clips=176, sample=640))
    assert "on 176 of 640 clips; " in closing_line([some])
    assert "on 176 to 640 of 640 clips (1 skipped)" in closing_line(
        [some, Result(report(clips=640, sample=640))], 1
    )


def test_nothing() -> None:
    assert closing_line([]) == "vidcompress: measured nothing"
