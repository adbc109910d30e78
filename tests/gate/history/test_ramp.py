"""The ramp that fits best, beside what trying all of them by hand says."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.history.levels import fitted, fitted_levels
from pytest_vidcompress.gate.history.ramp import Numbers, Ramp, lengths, near, ramps, steps

ROWS = st.lists(st.floats(-100, 100), min_size=6, max_size=30)


def test_a_ramp_has_its_share_of_the_rise_at_each_place() -> None:
    assert [Ramp(1, 5).at(place) for place in range(7)] == [0, 0, 0.25, 0.5, 0.75, 1, 1]


@given(ROWS, st.data())
def test_what_a_ramp_explains_is_what_least_squares_by_hand_explains(
    row: list[float], data: st.DataObject
) -> None:
    numbers = Numbers(row)
    span = data.draw(st.sampled_from([*ramps(len(row))]))
    fit = numbers.fit(Ramp(*span))
    if fit is None:
        return
    share = [fit.ramp.at(place) for place in range(len(row))]
    middle, mean = fmean(share), fmean(row)
    weight = sum((each - middle) ** 2 for each in share)
    along = sum((each - middle) * (value - mean) for each, value in zip(share, row, strict=True))
    assert fit.rise == pytest.approx(along / weight, abs=1e-6)
    left = sum(each**2 for each in numbers.left(fit))
    assert left + fit.explained == pytest.approx(numbers.squares, abs=1e-5)


@pytest.mark.parametrize("ramp", [Ramp(9, 10), Ramp(4, 9), Ramp(10, 19), Ramp(0, 19)])
def test_a_ramp_without_noise_is_found_and_explains_everything(ramp: Ramp) -> None:
    row = [5 + 2 * ramp.at(place) for place in range(20)]
    numbers = Numbers(row)
    coarse = numbers.best(ramps(20))
    assert coarse is not None
    fit = numbers.best(near(coarse.ramp, 20))
    assert fit is not None
    assert fit.ramp == ramp
    assert fit.rise == pytest.approx(2)
    assert fit.explained == pytest.approx(numbers.squares)


def test_a_level_rests_on_three_numbers_at_least() -> None:
    assert [*steps(8)] == [(2, 3), (3, 4), (4, 5)]
    numbers = Numbers([0, 0, 0, 0, 0, 0, 1, 1])
    assert numbers.fit(Ramp(5, 6)) is None
    assert all(numbers.fit(Ramp(*span)) for span in steps(8))
    assert all(min(start + 1, 8 - end) > 2 for start, end in ramps(8) if end == start + 1)


def test_lengths_that_are_tried_lie_close_together() -> None:
    assert lengths(21) == [1, 2, 3, 5, 8, 13, 21]
    assert lengths(0) == []


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=3))
def test_levels_without_noise_come_out_again(levels: list[float]) -> None:
    found = [Ramp(3, 8), Ramp(12, 13)]
    row = fitted([0] * 20, found, levels)
    assert row[5] == pytest.approx(levels[0] + 0.4 * (levels[1] - levels[0]))
    assert fitted_levels(row, found) == pytest.approx(levels, abs=1e-9)


def test_a_level_of_no_ramp_is_the_mean() -> None:
    assert fitted_levels([1, 2, 6], []) == [3]
    assert fitted([1, 2, 6], [], [3]) == [3, 3, 3]
