from __future__ import annotations

import math

import pytest

from pytest_vidcompress.measure.grid.cell_times import CellTimes
from tests.measure.grid.grids import times


def test_a_call_of_a_batch_is_as_many_clips() -> None:
    seen = times(2.5, batch=4)
    assert seen.latency == pytest.approx(0.010)
    assert seen.latency.interval == pytest.approx((0.010, 0.010))
    assert seen.ratio == pytest.approx(0.25)
    assert seen.clips_per_s == pytest.approx(400)
    assert seen.rounds == 12


def test_the_rate_is_as_sure_as_the_time() -> None:
    seen = times([4.0] * 6 + [5.0] * 6)
    low, high = seen.latency.interval
    assert low < high
    assert seen.clips_per_s.interval == pytest.approx((1 / high, 1 / low))


def test_a_ratio_is_of_calls_of_the_same_round() -> None:
    """Where the machine is half as fast in every other round, the ratio is as narrow as ever."""
    slow = [2 if number % 2 else 1 for number in range(12)]
    seen = CellTimes(
        1, {n: (0.001 * s,) for n, s in enumerate(slow)}, {n: (0.004 * s,) for n, s in enumerate(slow)}
    )
    assert seen.ratio.interval == pytest.approx((0.25, 0.25))


def test_a_call_that_a_neighbour_disturbs_does_not_count_beside_others_of_its_turn() -> None:
    turns = {number: (0.008, 0.001, 0.001 + 0.0001 * (number % 2), 0.009) for number in range(12)}
    seen = CellTimes(1, turns, dict.fromkeys(range(12), (0.01,)))
    assert seen.latency == pytest.approx(0.001025)
    assert seen.p90 == 0.009
    assert seen.quiet_share == 1
    # Where all of a turn are, it has no other.
    seen = CellTimes(1, {**turns, 3: (0.008, 0.009)}, dict.fromkeys(range(12), (0.01,)))
    assert seen.clip_s[3] == 0.0085
    assert seen.quiet_share == pytest.approx(11 / 12)


def test_rounds_that_the_reference_was_not_in_do_not_count() -> None:
    seen = CellTimes(1, {0: (0.01,), 1: (0.01,), 2: (0.09,)}, {0: (0.01,), 1: (0.01,)})
    assert seen.rounds == 2
    assert seen.ratio == 1
    # So few rounds bound nothing.
    assert seen.ratio.interval == (0, math.inf)


def test_p90_is_of_all_calls_and_of_enough() -> None:
    turns = dict.fromkeys(range(9), (0.001, 0.001, 0.001, 0.002))
    assert CellTimes(1, turns, {}).p90 == 0.002
    del turns[8]
    assert CellTimes(1, turns, {}).p90 is None


def test_what_is_surely_slower_is_so_round_by_round() -> None:
    """Two percent more in every round are sure, however much the rounds differ among each other."""
    drift = [1 + 0.02 * number for number in range(12)]
    fast, slow = times(drift), times([1.02 * each for each in drift])
    assert slow.surely_slower(fast)
    assert not fast.surely_slower(slow)
    assert not fast.surely_slower(times([each * (1.02 if n % 2 else 0.98) for n, each in enumerate(drift)]))
