from __future__ import annotations

from pytest_vidcompress.gate.verdict import Result, Verdict
from pytest_vidcompress.run.facts.flip_pictures import telling
from tests.gate.reports import report
from tests.present.verdicts import MACS, TOP1


def result(lost: range, *verdicts: Verdict, model: str = "videomae") -> Result:
    right = tuple(place < 90 and place not in lost for place in range(100))
    return Result(report(right, model=model), verdicts)


def test_variants_take_turns_the_worst_first_and_no_clip_comes_twice() -> None:
    fine, bad = result(range(5, 8), MACS, model="timesformer"), result(range(3, 6), TOP1)
    assert [*telling([fine, bad])] == [
        ("clip3", "videomae"),
        ("clip5", "timesformer"),
        ("clip4", "videomae"),
        ("clip6", "timesformer"),
        ("clip7", "timesformer"),
    ]
    assert [*telling([])] == []
