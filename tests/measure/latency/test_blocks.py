from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.latency.blocks import (
    BASE,
    ENOUGH_PAIRS,
    VARIANT,
    Confirmation,
    QuietTurn,
    Turn,
    calls,
    plan,
)

LETTERS = {VARIANT: "V", BASE: "B"}


def order(turn: int, pairs: int) -> str:
    return "".join(LETTERS[arm] for arm in calls(turn, pairs))


def leaders(turn: int, pairs: int) -> list[str]:
    return list(order(turn, pairs)[::2])


def test_calls_are_mirrored_within_a_turn_and_from_turn_to_turn() -> None:
    assert order(0, 4) == "VBBVBVVB"
    assert sorted(order(turn, 4) for turn in range(4)) == ["BVVBVBBV"] * 2 + ["VBBVBVVB"] * 2


@given(st.integers(0, 1000), st.integers(1, 32))
def test_every_pair_has_both_arms(turn: int, pairs: int) -> None:
    arms = order(turn, pairs)
    assert len(arms) == 2 * pairs
    assert all(set(arms[i : i + 2]) == {"V", "B"} for i in range(0, len(arms), 2))


@given(st.integers(0, 1000), st.integers(2, 32).filter(lambda pairs: pairs % 2 == 0))
def test_two_pairs_are_always_mirrored(turn: int, pairs: int) -> None:
    arms = order(turn, pairs)
    assert all(arms[i : i + 4] in ("VBBV", "BVVB") for i in range(0, len(arms), 4))


@given(st.integers(0, 1000).map(lambda i: 4 * i), st.integers(1, 32))
def test_each_arm_leads_as_often_in_a_block_of_four_turns(start: int, pairs: int) -> None:
    for pair in range(pairs):
        led = [leaders(turn, pairs)[pair] for turn in range(start, start + 4)]
        assert sorted(led) == ["B", "B", "V", "V"]


def test_arms_may_be_called_several_times_before_they_hand_over() -> None:
    assert "".join(LETTERS[arm] for arm in calls(0, 8, in_a_row=2)) == "VVBBBBVVBBVVVVBB"


@given(st.integers(0, 1000), st.integers(1, 32), st.integers(1, 8))
def test_in_a_row_or_not_each_arm_is_called_as_often(turn: int, pairs: int, in_a_row: int) -> None:
    arms = calls(turn, pairs, in_a_row)
    assert (arms.count(VARIANT), arms.count(BASE)) == (pairs, pairs)


def test_turns_of_one_pair_alternate() -> None:
    assert [order(turn, 1) for turn in range(4)] == ["VB", "BV", "VB", "BV"]


@given(st.floats(1e-5, 100))
def test_a_plan_can_be_laid_out(pair_s: float) -> None:
    found = plan(pair_s)
    assert found.turns_per_block == 1 or found.turns_per_block % 2 == 0
    assert found.pairs == 1 or (found.pairs % 2 == 0 and found.pairs <= 16)
    assert plan(2 * pair_s).pairs <= found.pairs
    assert plan(2 * pair_s).warmup <= found.warmup


def test_a_slow_model_is_called_once_a_turn_without_warming_up() -> None:
    slow = plan(3.0)
    assert (slow.turns_per_block, slow.pairs, slow.warmup) == (1, 1, 0)
    assert plan(0.01).pairs > plan(0.5).pairs >= 2


def placed(turn: int, pairs: int, cost: list[float], ratio: float = 1.0, in_a_row: int = 1) -> Turn:
    """A turn whose calls take longer by their place, whatever the arm."""
    seconds = {VARIANT: list[float](), BASE: list[float]()}
    for place, arm in enumerate(calls(turn, pairs, in_a_row)):
        seconds[arm].append((ratio if arm == VARIANT else 1.0) * math.exp(cost[place % len(cost)]))
    return Turn(tuple(seconds[VARIANT]), tuple(seconds[BASE]))


@pytest.mark.parametrize("pairs", [2, 4, 8, 16])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.3])
@pytest.mark.parametrize("in_a_row", [1, 4])
def test_what_a_place_costs_cancels_in_a_block(pairs: int, ratio: float, in_a_row: int) -> None:
    cost = [0.05 / (1 + place) for place in range(2 * pairs)]
    turns = tuple(placed(turn, pairs, cost, ratio, in_a_row) for turn in range(4))
    seen = Confirmation(turns, (0.1,) * 4, 4)
    assert len(seen.quiet) == 4
    assert seen.log_ratios == pytest.approx([math.log(ratio)])


def test_the_second_call_of_a_pair_being_faster_cancels_in_two_turns_of_one_pair() -> None:
    seen = Confirmation(tuple(placed(turn, 1, [0.04, 0.0], 1.1) for turn in range(8)), (0.1,) * 8, 1)
    assert sum(seen.log_ratios) / 8 == pytest.approx(math.log(1.1))


def alone(variant_s: tuple[float, ...], base_s: tuple[float, ...]) -> QuietTurn:
    (told,) = Confirmation((Turn(variant_s, base_s),), (0.0,)).quiet
    return told


def test_the_control_is_the_base_against_itself() -> None:
    assert alone((1.0,) * 4, (2.0,) * 4).control == 0
    assert alone((1.0,), (2.0,)).control == 0
    # What drifts has one sign in the first two calls and the other in the next two.
    assert alone((1.0,) * 8, tuple(math.exp(0.01 * i) for i in range(8))).control == pytest.approx(0)
    assert alone((1.0,) * 4, (1.1, 1.0, 1.0, 1.1)).control == pytest.approx(math.log(1.1))


def test_the_control_of_turns_of_one_pair_is_of_neighbouring_turns() -> None:
    turns = tuple(Turn((1.0,), (base,)) for base in (1.1, 1.0, 1.0, 1.1, 1.0))
    seen = Confirmation(turns, (0.1,) * 5, 1)
    assert seen.controls == pytest.approx([math.log(1.1)] * 2)
    assert len(seen.log_ratios) == 5


def test_disturbed_pairs_count_neither_for_the_ratio_nor_for_the_control() -> None:
    calm = Turn((1.0,) * 8, (2.0,) * 8)
    hit = Turn((9.0, *(1.0,) * 7), (2.0, 2.0, 2.0, 50.0, *(2.0,) * 4))
    first, second = Confirmation((calm, hit), (0.0,) * 2, 1).quiet
    assert (first.pairs, second.pairs) == (8, 6)
    assert first.log_ratio == second.log_ratio == pytest.approx(math.log(0.5))
    assert second.control == 0
    assert second.base_s == 2


def test_a_turn_of_few_quiet_pairs_does_not_count() -> None:
    calm = Turn((1.0,) * 8, (1.0,) * 8)

    def hit(pairs: int) -> Turn:
        return Turn((1.0,) * 8, (*(9.0,) * pairs, *(1.0,) * (8 - pairs)))

    enough, few = hit(8 - ENOUGH_PAIRS), hit(9 - ENOUGH_PAIRS)
    assert [turn.pairs for turn in Confirmation((calm, enough, few), (0.0,) * 3, 1).quiet] == [
        8,
        ENOUGH_PAIRS,
    ]


def test_disturbed_turns_belong_to_no_block() -> None:
    calm, disturbed = Turn((1.0, 1.0), (1.0, 1.0)), Turn((9.0, 9.0), (1.0, 1.0))
    seen = Confirmation((calm, disturbed, calm, calm, disturbed), (0.0,) * 5, 2)
    assert len(seen.quiet) == 3
    assert seen.log_ratios == (0.0,)
    assert seen.pairs == 6
    assert seen.until(2).log_ratios == ()
    assert seen.until(2).spent == (0.0, 0.0)
    assert Confirmation().log_ratios == Confirmation().quiet == ()
