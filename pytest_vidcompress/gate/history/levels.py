"""The levels between ramps, by least squares. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .ramp import Ramp


def fitted_levels(row: Sequence[float], found: Sequence[Ramp]) -> list[float]:
    """One more than there are ramps, which are in order and do not overlap.

    Every number lies on one level or between two neighbours, so the normal equations are tridiagonal.
    """
    size = len(found) + 1
    own, beside, right = [0.0] * size, [0.0] * size, [0.0] * size
    for place, value in enumerate(row):
        level, share = _between(place, found)
        own[level] += (1 - share) ** 2
        right[level] += (1 - share) * value
        if share:
            own[level + 1] += share**2
            beside[level] += share * (1 - share)
            right[level + 1] += share * value
    for level in range(1, size):
        factor = beside[level - 1] / own[level - 1]
        own[level] -= factor * beside[level - 1]
        right[level] -= factor * right[level - 1]
    levels = [right[-1] / own[-1]]
    for level in range(size - 2, -1, -1):
        levels.insert(0, (right[level] - beside[level] * levels[0]) / own[level])
    return levels


def fitted(row: Sequence[float], found: Sequence[Ramp], levels: Sequence[float]) -> list[float]:
    """The row without its noise."""
    line = list[float]()
    for place in range(len(row)):
        level, share = _between(place, found)
        line.append(levels[level] + (share * (levels[level + 1] - levels[level]) if share else 0.0))
    return line


def _between(place: int, found: Sequence[Ramp]) -> tuple[int, float]:
    """The level below a number, and its share of the way to the next one."""
    for level, ramp in enumerate(found):
        if place < ramp.end:
            return level, ramp.at(place)
    return len(found), 0.0
