"""Where a falling function of a strength from 0 to 1 takes a value, though it falls in steps or is measured. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TOLERANCE = 0.05
"""Of a goal, by which what is found may miss it."""
TRIES = 9
_CLOSE = 0.2
"""Of the tolerance: nothing is gained by coming closer."""


@dataclass(frozen=True)
class Crossing:
    """The nearest that was found."""

    strength: float
    value: float
    tries: int

    def meets(self, goal: float) -> bool:
        return abs(self.value / goal - 1) <= TOLERANCE


def crossing(function: Callable[[float], float], goal: float) -> Crossing:
    """Halves the interval in which the goal must lie, until it is met closely or there were enough tries.

    Args:
        function: of a strength, falling; it may fall in steps.
        goal: what it should be.
    """
    seen: dict[float, float] = {}

    def at(strength: float) -> float:
        seen[strength] = function(strength)
        return seen[strength]

    low, high = 0.0, 1.0
    if at(low) > goal and at(high) < goal:
        for _ in range(TRIES):
            middle = _between(low, high, seen, goal)
            value = at(middle)
            if abs(value / goal - 1) <= _CLOSE * TOLERANCE:
                break
            low, high = (middle, high) if value > goal else (low, middle)
    strength = min(seen, key=lambda each: abs(seen[each] / goal - 1))
    return Crossing(strength, seen[strength], len(seen))


def _between(low: float, high: float, seen: dict[float, float], goal: float) -> float:
    """Where a straight line takes the value, but away from the ends: what is measured is uncertain."""
    above, below = seen[low], seen[high]
    share = (above - goal) / (above - below) if above > below else 0.5
    return low + (high - low) * min(0.85, max(0.15, share))
