from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.interval import (
    mean_interval,
    median_interval,
    quantile,
    quantile_interval,
    share_interval,
)


@given(st.integers(0, 200), st.integers(0, 200))
def test_share_interval_holds_the_share(successes: int, failures: int) -> None:
    n = successes + failures
    _, low, high = share_interval(successes, n)
    assert 0 <= low <= high <= 1
    if n:
        assert low <= successes / n <= high


def test_share_interval_known_value() -> None:
    # Newcombe (1998), table I: 81 of 263.
    assert share_interval(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 0.998]))
def test_interval_holds_the_median(values: list[float], confidence: float) -> None:
    middle, low, high = median_interval(values, confidence)
    assert low <= middle <= high


def test_interval_needs_enough_values() -> None:
    assert median_interval([1.0] * 9, 0.998)[1:] == (-math.inf, math.inf)
    assert median_interval([1.0] * 10, 0.998) == (1, 1, 1)
    assert median_interval(range(1, 11), 0.998) == (5.5, 1, 10)
    # Conover, table A3: ranks 6 and 15 of 20 at 95 %.
    assert median_interval(range(1, 21), 0.95)[1:] == (6, 15)
    assert math.isnan(median_interval([])[0])


def test_mean_interval_needs_two_values() -> None:
    assert math.isnan(mean_interval([])[0])
    assert mean_interval([3.0]) == (3.0, -math.inf, math.inf)
    middle, low, high = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert (middle, (low + high) / 2) == (2.5, pytest.approx(2.5))
    assert high - middle == pytest.approx(1.96 * 1.2910 / 2, rel=1e-3)


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile(range(1, 11), share) for share in (0.05, 0.1, 0.5, 0.9, 0.91, 1.0)] == [
        1,
        1,
        5,
        9,
        10,
        10,
    ]
    assert math.isnan(quantile([], 0.9))


@pytest.mark.parametrize(("share", "enough"), [(0.5, 6), (0.9, 36), (0.99, 368)])
def test_a_quantile_has_an_upper_bound_from_so_many_values_on(share: float, enough: int) -> None:
    """The chance that all of n values lie below it, share ** n, must not be above 2.5 %."""
    assert quantile_interval(range(enough - 1), share)[2] == math.inf
    assert quantile_interval(range(enough), share)[2] == enough - 1
    assert share**enough <= 0.025 < share ** (enough - 1)


def test_the_interval_of_a_quantile_known_values() -> None:
    # P(Bin(100, 0.9) < 84) = 0.0206 and P(Bin(100, 0.1) < 4) = 0.0078, < 5: 0.0237.
    assert quantile_interval(range(1, 101), 0.9) == (90, 84, 96)
    assert quantile_interval(range(1, 21), 0.5)[1:] == median_interval(range(1, 21))[1:]


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=60),
    st.sampled_from([0.05, 0.5, 0.9]),
    st.floats(0.5, 0.99),
)
def test_the_interval_of_a_quantile_holds_it(values: list[float], share: float, confidence: float) -> None:
    middle, low, high = quantile_interval(values, share, confidence)
    assert low <= middle <= high
