from __future__ import annotations

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.terminal.free_line import free_lines
from tests.gate.reports import report


def timed(name: str, ratio: float | None) -> Result:
    return Result(report(name=name, latency_ratio=None if ratio is None else Estimate(ratio)))


def test_the_fastest_variants_are_held_against_the_line_that_costs_nothing() -> None:
    results = [timed(n, r) for n, r in (("fuse", 0.6), ("bf16", 0.5), ("a", 0.2), ("b", 0.4), ("c", 0.3))]
    assert " ".join(line.strip() for line in free_lines(results)) == (
        "for free here, by one line of torch: bf16 takes 0.50 of fp32's time; of that, a takes 0.40, c takes 0.60,"
        " b takes 0.80"
    )


def test_where_the_line_is_slower_fp32_is_what_is_free() -> None:
    assert " ".join(free_lines([timed("bf16", 1.3), timed("int8-static", 0.4)])) == (
        "nothing is for free here: bf16 takes 1.30 of fp32's time; of fp32's, int8-static takes 0.40"
    )


def test_nothing_is_said_of_what_was_not_timed_or_is_no_faster() -> None:
    assert free_lines([timed("int8-static", 0.4)]) == []
    assert free_lines([timed("bf16", None), timed("int8-static", 0.4)]) == []
    assert free_lines([timed("bf16", 0.5), timed("fuse", 0.7)]) == []
