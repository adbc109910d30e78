from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.tokens.token_budget import TokenBudget, left_by_block, taken_by_block
from pytest_vidcompress.compress.tokens.token_grid import TokenGrid
from pytest_vidcompress.errors import VidcompressError

BASE = TokenGrid(frames=8, places=196, blocks=12, joint=True)
FRAMES = TokenGrid(frames=8, places=196, blocks=11, joint=False)


def all_but_one(left: int) -> int:
    return left - 1


def half(left: int) -> int:
    return left // 2


@pytest.mark.parametrize("schedule", ["constant", "decreasing", "once", "stages"])
@pytest.mark.parametrize("grid", [BASE, FRAMES])
@given(ratio=st.floats(0, 0.5))
def test_a_ratio_is_the_mean_share_of_tokens_that_are_gone(
    schedule: str, grid: TokenGrid, ratio: float
) -> None:
    taken = taken_by_block(grid, TokenBudget(ratio=ratio, schedule=schedule), half)
    left = left_by_block(grid, taken)
    assert sum(left) / len(left) == pytest.approx(grid.tokens * (1 - ratio), abs=12)
    assert min(left) >= 1


@given(st.integers(2, 400), st.integers(1, 24))
def test_half_of_all_tokens_can_be_merged_in_any_model(tokens: int, blocks: int) -> None:
    taken_by_block(TokenGrid(1, tokens, blocks, joint=True), TokenBudget(), half)


def test_r_is_how_many_go_in_a_block() -> None:
    assert taken_by_block(BASE, TokenBudget(r=65), half) == (65,) * 12
    decreasing = taken_by_block(BASE, TokenBudget(r=65, schedule="decreasing"), half)
    assert (decreasing[0], decreasing[-1], sum(decreasing)) == (130, 0, 12 * 65)
    assert [*decreasing] == sorted(decreasing, reverse=True)
    assert taken_by_block(BASE, TokenBudget(r=60, schedule="once"), half) == (720, *[0] * 11)


def test_stages_take_as_many_of_each_frame_pair_and_four() -> None:
    taken = taken_by_block(BASE, TokenBudget(schedule="stages"), all_but_one)
    assert [place for place, number in enumerate(taken) if number] == [0, 4, 8]
    assert [taken[0] % 8, taken[4] % 4, taken[8] % 2] == [0, 0, 0]
    left = left_by_block(BASE, taken)
    assert [left[0] % 8, left[4] % 4, left[8] % 2] == [0, 0, 0]
    assert taken[0] > taken[4] > taken[8]


def test_what_is_left_is_what_has_not_gone() -> None:
    taken = taken_by_block(FRAMES, TokenBudget(ratio=0.3), half)
    assert left_by_block(FRAMES, taken) == [196 - gone for gone in accumulate(taken)]


@pytest.mark.parametrize(
    ("budget", "most", "words"),
    [
        (
            {"ratio": 0.6},
            all_but_one,
            "ratio=0.6 takes 145 of 121 tokens in block 10, where 120 can go at most: expected ratio=0.54 or less",
        ),
        (
            {"ratio": 0.7, "schedule": "once"},
            half,
            "takes 1097 of 1568 tokens in block 0, where 784 can go at most: expected ratio=0.5 or less with"
            " schedule=once",
        ),
        ({"r": 140}, all_but_one, "r=140 takes 140 of 28 tokens in block 11, where 27 can go"),
        ({"r": 140}, all_but_one, "expected r=130 or less with schedule=constant"),
    ],
)
def test_a_ratio_that_leaves_no_token_is_one_clear_line(budget: Any, most: Any, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        taken_by_block(BASE, TokenBudget(**budget), most)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ratio": 1.0}, "ratio=1 is out of range: expected 0 <= ratio < 1"),
        (
            {"schedule": "late"},
            "schedule=late is unknown: expected one of constant, decreasing, once, stages",
        ),
        ({"r": -1}, "r=-1 is out of range: expected a number of tokens, or 0 for ratio"),
    ],
)
def test_what_cannot_be_is_refused_where_a_recipe_is_read(given: Any, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        TokenBudget(**given)
    assert str(caught.value) == words
