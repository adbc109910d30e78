from __future__ import annotations

import math
from statistics import stdev

import pytest

from pytest_vidcompress.gate.baseline.recorded_runs import MOST_RUNS
from pytest_vidcompress.gate.baseline.stored import Stored, StoredTiming, paired
from pytest_vidcompress.gate.pairing import Paired
from tests.gate.reports import confirmation, report


def test_paired_by_id_not_by_place() -> None:
    stored = Stored.of(report([True, True, False], ["a", "b", "c"]))
    assert paired(stored, report([True, False, True], ["c", "a", "d"])) == Paired(2, 1, 1, 1)
    assert paired(stored, report([True], ["x"])).drop == 0


def test_limit_is_above_the_slowest_run() -> None:
    timing = StoredTiming(runs=(0.8, 1.0, 0.9))
    assert timing.latency_ratio == 0.9
    assert timing.limit(0.1) == pytest.approx(1.1)
    assert StoredTiming().latency_ratio is None


def test_a_run_is_stored_by_its_blocks() -> None:
    seen = confirmation(math.log(0.8), turns=24)
    stored = StoredTiming.of(report(confirmed=seen))
    assert stored.runs == pytest.approx((0.8,), rel=0.02)
    assert stored.spreads == (stdev(seen.log_ratios),)
    assert stored.controls == (stdev(seen.controls),)
    assert stored.references == (seen.base_s,)


@pytest.mark.parametrize("turns", [0, 1])
def test_without_blocks_a_run_is_stored_by_its_pairs(turns: int) -> None:
    now = report(confirmed=confirmation(turns=1)) if turns else report()
    assert now.latency_ratio is not None
    stored = StoredTiming.of(now)
    assert stored.runs == (float(now.latency_ratio),)
    assert now.reference is not None
    assert now.reference.latency is not None
    assert stored.references == (float(now.reference.latency),)
    assert stored.spreads == stored.controls == ()
    assert StoredTiming.of(report(log_ratios=())).runs == ()


def test_the_oldest_runs_are_forgotten() -> None:
    timing = StoredTiming(test="t.py::t", numbers={"peak_memory_bytes": 3})
    for ratio in range(1, MOST_RUNS + 3):
        spreads, controls = (ratio / 100,), (ratio / 10,)
        timing = timing.plus(
            StoredTiming(runs=(ratio,), spreads=spreads, controls=controls, screens=(2 * ratio,))
        )
    assert timing.runs == tuple(range(3, MOST_RUNS + 3))
    assert timing.spreads == tuple(ratio / 100 for ratio in timing.runs)
    assert timing.controls == tuple(ratio / 10 for ratio in timing.runs)
    assert timing.screens == tuple(2 * ratio for ratio in timing.runs)
    assert (timing.test, timing.numbers) == ("t.py::t", {"peak_memory_bytes": 3})
