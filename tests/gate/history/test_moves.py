"""Levels that surely moved, of rows with known noise."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.history.moves import moves, without_outliers

ALPHA = 1e-5
SPREAD = 0.005


def row(level: Callable[[int], float], n: int = 200, seed: int = 0, spread: float = SPREAD) -> list[float]:
    random = Random(seed)
    return [level(place) + random.gauss(0, spread) for place in range(n)]


def test_nothing_is_found_where_nothing_moved() -> None:
    assert not any(moves(row(lambda place: 0.0, seed=seed), ALPHA) for seed in range(30))


def test_a_step_is_found_at_its_place() -> None:
    (found,) = moves(row(lambda place: 0.06 * (place >= 120)), ALPHA)
    assert found.is_step
    assert found.ramp.end == 120
    assert (found.earliest, found.latest) == (120, 120)
    assert found.rise == pytest.approx(0.06, abs=0.003)
    assert found.chance < ALPHA


def test_a_step_of_the_last_three_is_found() -> None:
    (found,) = moves(row(lambda place: 0.06 * (place >= 197)), ALPHA)
    assert found.ramp.end == 197


def test_a_percent_a_commit_is_a_drift_with_its_ends() -> None:
    (found,) = moves(row(lambda place: 0.01 * min(10, max(0, place - 100))), ALPHA)
    assert not found.is_step
    assert abs(found.ramp.start - 100) <= 1
    assert abs(found.ramp.end - 110) <= 1
    assert found.rise == pytest.approx(0.1, abs=0.005)


def test_a_percent_in_all_is_found_within_its_commits() -> None:
    (found,) = moves(row(lambda place: 0.001 * min(10, max(0, place - 100))), ALPHA)
    assert 95 <= found.earliest <= 110
    assert 101 <= found.latest <= 116
    assert found.rise == pytest.approx(0.01, abs=0.003)


def test_a_drift_of_the_whole_history_is_one() -> None:
    (found,) = moves(row(lambda place: 0.001 * place), ALPHA)
    assert found.ramp.start < 5
    assert found.ramp.end > 194


def test_two_steps_are_two_and_no_drift() -> None:
    found = moves(row(lambda place: 0.05 * (place >= 60) + 0.05 * (place >= 130)), ALPHA)
    assert [each.ramp.end for each in found] == [60, 130]


def test_what_came_and_went_is_found() -> None:
    up, down = moves(row(lambda place: 0.06 * (60 <= place < 100)), ALPHA)
    assert (up.ramp.end, down.ramp.end) == (60, 100)
    assert up.rise > 0 > down.rise


def test_single_outliers_are_no_step_and_hide_none() -> None:
    values = row(lambda place: 0.06 * (place >= 120))
    for place in range(5, 200, 20):
        values[place] += 0.5
    (found,) = moves(values, ALPHA)
    assert found.ramp.end == 120


def test_outliers_that_come_together_by_chance_are_no_step() -> None:
    values = row(lambda place: 0.0)
    for place in (20, 50, 51, 80, 90, 130, 131, 160, 197, 198, 199):
        values[place] += 0.1
    assert not moves(values, ALPHA)


def test_a_slowly_wandering_machine_is_no_step() -> None:
    random, wrong = Random(0), 0
    for _ in range(30):
        values, level = list[float](), 0.0
        for _ in range(200):
            level = 0.5 * level + random.gauss(0, SPREAD)
            values.append(level)
        wrong += bool(moves(values, ALPHA))
    assert wrong == 0


@given(st.lists(st.floats(-1, 1), max_size=5))
def test_too_few_numbers_say_nothing(values: list[float]) -> None:
    assert moves(values, 0.5) == ()


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=40), st.floats(-5, 5))
def test_moves_are_in_order_and_do_not_overlap_wherever_the_level_lies(
    values: list[float], shift: float
) -> None:
    found = moves(values, 0.1)
    ends = [end for each in found for end in (each.ramp.start, each.ramp.end)]
    assert ends == sorted(ends)
    for each in found:
        assert 0 <= each.ramp.start < each.ramp.end < len(values)
        assert each.earliest <= each.ramp.end
        assert each.latest >= each.ramp.start + 1


@given(st.lists(st.floats(-1, 1), max_size=40))
def test_drawing_outliers_in_leaves_the_range(values: list[float]) -> None:
    drawn = without_outliers(values)
    assert len(drawn) == len(values)
    assert not values or (min(drawn) >= min(values) and max(drawn) <= max(values))


def test_a_constant_row_with_a_step_is_no_outlier_and_a_step() -> None:
    (found,) = moves([0.0] * 10 + [1.0] * 10, ALPHA)
    assert found.ramp.end == 10
    assert (found.before, found.after) == pytest.approx((0, 1), abs=1e-9)
