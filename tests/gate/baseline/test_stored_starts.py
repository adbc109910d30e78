"""Cold starts in a baseline: recorded run by run, a line each, and taken over as latency is."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.json_shape import timing_document, timing_entries
from pytest_vidcompress.gate.baseline.leftovers import leftovers
from pytest_vidcompress.gate.baseline.recorded_runs import StoredStart
from pytest_vidcompress.gate.baseline.stored import StoredTiming
from pytest_vidcompress.gate.baseline.update import Mode
from pytest_vidcompress.gate.baseline.update_timings import update_timings
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.measure.start.cold_start import Start
from pytest_vidcompress.untrusted import Malformed
from tests.gate.baseline.recorded_cases import TAKEN_OVER
from tests.gate.reports import cold_starts, report


def measured(start: Start | None) -> Report:
    return replace(report(peak_memory_bytes=None), timing=None, start=start)


def stored(*ratios: float) -> dict[str, StoredTiming]:
    whole = StoredStart()
    for seed, ratio in enumerate(ratios):
        whole = whole.plus(StoredStart.of(cold_starts(math.log(ratio), noise=0.001, seed=seed)))
    return {report().name: StoredTiming(test=report().test, start=whole)}


def test_a_run_is_its_ratio_and_the_shares_of_its_parts() -> None:
    run = StoredStart.of(cold_starts(noise=0.001, first_call_s=0.2))
    assert run.runs == pytest.approx((0.35 / 0.25,), rel=1e-3)
    assert run.shares == pytest.approx((0.4, 0.2, 0.8), rel=1e-3)
    assert len(run.spreads) == len(run.controls) == 1


@pytest.mark.parametrize("start", [None, Start(absent="a lock"), cold_starts(pairs=1)])
def test_what_says_nothing_is_no_run(start: Start | None) -> None:
    assert StoredStart.of(start) == StoredStart()


def test_lines_come_back_as_they_were() -> None:
    entries = stored(1.0, 1.02, 0.99)
    document = json.loads(json.dumps(timing_document(entries)))
    (lines,) = document["variants"].values()
    assert lines["start_ratio"] == pytest.approx(1.0, rel=1e-3)
    assert len(lines["start_runs"].split()) == len(lines["start_first_calls"].split()) == 3
    (back,), (before,) = timing_entries(document).values(), entries.values()
    assert back.start.runs == pytest.approx(before.start.runs, rel=1e-5)
    assert back.start.shares == pytest.approx(before.start.shares, rel=1e-5)


def test_baselines_of_before_have_none() -> None:
    lines = {"latency_ratio": 0.5, "runs": "0.5 0.51", "test": "a.py::test"}
    (timing,) = timing_entries({"variants": {"a": lines}}).values()
    assert (timing.runs, timing.start) == ((0.5, 0.51), StoredStart())


@pytest.mark.parametrize("field", ["start_runs", "start_loads"])
def test_numbers_that_cannot_be_are_refused(field: str) -> None:
    with pytest.raises(Malformed, match=f"^{field}"):
        timing_entries({"variants": {"a": {field: "-1"}}})


@TAKEN_OVER
def test_who_records_what(mode: Mode, before: tuple[float, ...], now: float, runs: int, taken: bool) -> None:
    run = measured(cold_starts(math.log(now), noise=0.001))
    after, changes = update_timings(mode, stored(*before), [run])
    start = after[run.name].start
    assert len(start.runs) == len(start.loads) == runs
    assert (start != stored(*before)[run.name].start) == taken
    assert [change.metric for change in changes] == ["start_ratio"] * taken


def test_a_run_without_starts_forgets_none() -> None:
    before = stored(1.0, 1.0)
    for mode in ("create", "accept", "tighten"):
        after, _ = update_timings(mode, before, [measured(None)])
        assert after[report().name].start == before[report().name].start


def test_a_disturbed_run_is_not_recorded_and_that_is_said() -> None:
    run = measured(cold_starts(disturbed=8))
    after, _ = update_timings("create", stored(1.0), [run])
    assert len(after[run.name].start.runs) == 1
    (left,) = leftovers("create", {}, stored(1.0), [run])
    assert str(left).startswith("int8-dynamic: start_ratio not recorded: the machine was disturbed: 33% of")


def test_a_slower_run_is_not_recorded_but_can_be_accepted() -> None:
    run = measured(cold_starts(math.log(1.3), noise=0.001))
    (left,) = leftovers("create", {}, stored(1.0), [run])
    assert "30.0% slower than the 1 recorded" in str(left)
    assert "--vc-baseline=accept" in str(left)
