"""How many tokens go in which block. Pure.

| schedule | tokens go |
|---|---|
| `constant` | in every block as many |
| `decreasing` | twice as many in the first block as in the mean, none in the last |
| `once` | all in the first block |
| `stages` | after a share of 0, 1/3 and 2/3 of the blocks, each time half as many |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import floor
from types import MappingProxyType

from ...errors import VidcompressError
from ..parameters import in_range, one_of
from .token_grid import TokenGrid

CONSTANT, STAGES = "constant", "stages"
Most = Callable[[int], int]
"""Tokens that there are -> how many of them can go at once."""


@dataclass(frozen=True)
class TokenBudget:
    """What token techniques have in common."""

    ratio: float = 0.5
    """Tokens that are gone, as a share of all, in the mean of the blocks."""
    schedule: str = CONSTANT
    """In which blocks they go: see above."""
    r: int = 0
    """Tokens that go in a block, in the mean of the blocks, in the place of `ratio`; of TimeSformer in each frame."""

    def __post_init__(self) -> None:
        in_range(self, "ratio", 0, 1)
        one_of(self, "schedule", SCHEDULES)
        if self.r < 0:
            raise VidcompressError(f"r={self.r} is out of range: expected a number of tokens, or 0 for ratio")


def taken_by_block(grid: TokenGrid, budget: TokenBudget, most: Most) -> tuple[int, ...]:
    """Tokens of a group that go in each block.

    Args:
        most: how many can go at once of so many; at least one must be left.

    Raises:
        VidcompressError: more would go than can.
    """
    taken = _taken(grid, budget)
    place = _first_too_much(grid.tokens, taken, most)
    if place is None:
        return taken
    left = grid.tokens - sum(taken[:place])
    lower = _largest(grid, budget, most)
    given = f"r={budget.r}" if budget.r else f"ratio={budget.ratio:g}"
    raise VidcompressError(
        f"{given} takes {taken[place]} of {left} tokens in block {place}, where {most(left)} can go at most: expected"
        f" {lower} or less with schedule={budget.schedule}"
    )


def left_by_block(grid: TokenGrid, taken: Sequence[int]) -> list[int]:
    """Tokens of a group after each block."""
    return [grid.tokens - gone for gone in accumulate(taken)]


def _taken(grid: TokenGrid, budget: TokenBudget) -> tuple[int, ...]:
    weights = SCHEDULES[budget.schedule](grid.blocks)
    if budget.r:
        scale = budget.r * grid.blocks / sum(weights)
    else:
        scale = budget.ratio * grid.tokens * grid.blocks / sum(accumulate(weights))
    if budget.schedule == STAGES:
        units = [*map(grid.groups_of_stage, range(len(stages(grid.blocks))))]
        by_stage = dict(zip(stages(grid.blocks), units, strict=True))
        sizes = [by_stage.get(block, 1) for block in range(grid.blocks)]
        return tuple(
            size * _whole(scale * weight / size) for size, weight in zip(sizes, weights, strict=True)
        )
    gone = [0, *(_whole(scale * sum_so_far) for sum_so_far in accumulate(weights))]
    return tuple(after - before for before, after in pairwise(gone))


def stages(blocks: int) -> list[int]:
    """The blocks of `stages`."""
    return sorted({0, blocks // 3, 2 * blocks // 3})


def _first_too_much(tokens: int, taken: Sequence[int], most: Most) -> int | None:
    """The first block where more go than can."""
    for place, number in enumerate(taken):
        if number > min(most(tokens), tokens - 1):
            return place
        tokens -= number
    return None


def _largest(grid: TokenGrid, budget: TokenBudget, most: Most) -> str:
    """The largest budget that works, as a recipe writes it."""
    if budget.r:
        lower = (replace(budget, r=r) for r in range(budget.r - 1, 0, -1))
    else:
        lower = (replace(budget, ratio=share / 100) for share in range(floor(100 * budget.ratio), 0, -1))
    for each in lower:
        if _first_too_much(grid.tokens, _taken(grid, each), most) is None:
            return f"r={each.r}" if budget.r else f"ratio={each.ratio:g}"
    return "ratio=0"


def _whole(number: float) -> int:
    """Down: then half of all tokens, in the mean, can be merged in any number of blocks."""
    return floor(number + 1e-6)


def _constant(blocks: int) -> list[float]:
    return [1.0] * blocks


def _decreasing(blocks: int) -> list[float]:
    return [2 - 2 * block / (blocks - 1) for block in range(blocks)] if blocks > 1 else [1.0]


def _once(blocks: int) -> list[float]:
    return [1.0, *[0.0] * (blocks - 1)]


def _stages(blocks: int) -> list[float]:
    order = stages(blocks)
    return [0.5 ** order.index(block) if block in order else 0.0 for block in range(blocks)]


SCHEDULES: Mapping[str, Callable[[int], list[float]]] = MappingProxyType(
    {CONSTANT: _constant, "decreasing": _decreasing, "once": _once, STAGES: _stages}
)
"""Name -> a number of blocks -> how many tokens go in each, in proportion."""
