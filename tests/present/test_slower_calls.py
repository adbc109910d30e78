from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_vidcompress.gate.verdict import Result, Status
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.slower_calls import call_lines, unbounded
from tests.gate.reports import pair_times, report
from tests.present.verdicts import LATENCY


def result(times: PairTimes, status: Status = Status.PASSED, **changes: Any) -> Result:
    """Of these pairs."""
    made = report(latency=times.latency, calls=times, **changes)
    return Result(made, (replace(LATENCY, metric="latency_p90_ratio", status=status),))


def clip_times() -> PairTimes:
    """Of a variant that takes twice as long for one clip of twelve."""
    times = pair_times(60, noise=0.001)
    slow = [seconds * (2.0 if pair % 12 == 4 else 1.0) for pair, seconds in enumerate(times.variant_s)]
    return PairTimes(tuple(slow), times.reference_s, times.clip_ids, True)


def test_variants_like_any_other_share_a_line_that_says_why_there_is_no_p99() -> None:
    results = [result(pair_times(60, noise=0.0)), result(pair_times(24, noise=0.0))]
    assert " ".join(line.strip() for line in call_lines(results)) == (
        "calls of timesformer: p90 is 1.00 times p50 in 2 variants; p99 and jitter take 368 undisturbed calls,"
        " 24 to 60 were timed (--vc-calls=368)"
    )


def test_a_variant_with_slow_calls_has_a_row() -> None:
    lines = call_lines([result(pair_times(60, noise=0.0, every=8, times=2.0))])
    assert lines[0].split("  ")[0] == "calls of timesformer"
    assert "p90 ratio" in lines[0]
    assert lines[2].split()[:2] == ["int8-dynamic", "50"]
    assert "100 [50, 100]" in lines[2]
    assert lines[2].endswith("2")
    assert all(len(line) <= 100 for line in lines)


def test_a_column_of_which_nothing_is_known_is_left_out() -> None:
    few, many = (
        result(pair_times(pairs, noise=0.0, every=8, times=2.0), Status.FAILED) for pairs in (60, 800)
    )
    (bare, *_), (whole, *_) = call_lines([few]), call_lines([few, many])
    assert "p99" not in bare
    assert "jitter" not in bare
    assert "p99 ms  jitter ms" in whole


def test_what_did_not_pass_has_a_row_whatever_its_calls() -> None:
    assert len(call_lines([result(pair_times(60), Status.FAILED)])) == len(
        call_lines([result(pair_times(60, every=8, times=2.0))])
    )


def test_so_has_what_did_not_pass_at_p95_alone() -> None:
    made = result(pair_times(60)).report
    failed = replace(LATENCY, metric="latency_p95_ratio", status=Status.FAILED)
    assert "p90 ratio" in call_lines([Result(made, (failed,))])[0]


def test_many_calls_bound_p99_and_it_is_shown() -> None:
    lines = call_lines([result(pair_times(400, noise=0.0))])
    assert lines[2].split()[-2:] == ["0", "1"]
    assert unbounded([result(pair_times(400))]) == ""


def test_slow_clips_are_named() -> None:
    made = result(clip_times())
    assert call_lines([made])[-1] == "slow clips of int8-dynamic: clip4 2.0 times"


def test_nothing_is_said_of_what_was_not_timed() -> None:
    assert call_lines([Result(report())]) == []
    assert unbounded([Result(report())]) == ""


def test_the_numbers_are_in_the_json() -> None:
    flat = as_json(result(clip_times()).report)
    assert flat["calls"] == 60
    assert flat["latency_p90"] == pytest.approx(0.05, rel=0.02)
    assert flat["latency_p90_interval"] == [pytest.approx(0.05, rel=0.02), pytest.approx(0.1, rel=0.02)]
    assert flat["latency_p99"] is flat["latency_jitter"] is None
    assert flat["latency_p90_ratio"] == pytest.approx(1, rel=0.02)
    assert [each["clip"] for each in flat["slow_clips"]] == ["clip4"]
    assert "calls" not in as_json(report())
