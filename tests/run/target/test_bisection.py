"""Where a falling function takes a value, though it falls in steps or is measured."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.run.target.bisection import TRIES, crossing


def stepped(function: Callable[[float], float], steps: int) -> Callable[[float], float]:
    return lambda strength: function(math.floor(strength * steps) / steps)


@given(goal=st.floats(0.15, 0.95), power=st.floats(0.5, 2), floor=st.floats(0, 0.1))
def test_it_is_met_within_the_tolerance(goal: float, power: float, floor: float) -> None:
    found = crossing(lambda strength: floor + (1 - floor) * (1 - strength) ** power, goal)
    assert found.meets(goal)
    assert found.tries <= TRIES + 2


@given(goal=st.floats(0.2, 0.95), steps=st.integers(48, 400))
def test_steps_that_are_fine_enough_do_not_matter(goal: float, steps: int) -> None:
    found = crossing(stepped(lambda strength: 1 - 0.9 * strength, steps), goal)
    assert found.meets(goal)


@given(goal=st.floats(0.3, 0.9), seed=st.integers(0, 99))
def test_a_value_that_is_measured_is_met_within_the_tolerance_and_its_noise(goal: float, seed: int) -> None:
    chance = random.Random(seed)
    found = crossing(lambda strength: (1 - 0.9 * strength) * chance.uniform(0.99, 1.01), goal)
    assert abs((1 - 0.9 * found.strength) / goal - 1) < 0.05 + 0.03


@pytest.mark.parametrize("goal", [0.05, 0.1])
def test_beyond_its_end_the_end_is_nearest(goal: float) -> None:
    found = crossing(lambda strength: 1 - 0.7 * strength, goal)
    assert found.strength == 1
    assert found.value == pytest.approx(0.3)
    assert not found.meets(goal)


def test_what_begins_below_the_goal_is_not_made_smaller() -> None:
    found = crossing(lambda strength: 0.4 - 0.1 * strength, 0.5)
    assert (found.strength, found.value, found.tries) == (0, 0.4, 1)
    assert not found.meets(0.5)
