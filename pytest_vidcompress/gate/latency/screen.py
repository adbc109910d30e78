"""The first of two steps: are the pairs of the test's own process clearly fine? Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, median, stdev

from .level import Level

MISSED = 0.05
"""Chance that a regression of just the margin passes the screen."""
FEWEST_PAIRS = 8


def noise(log_ratios: Sequence[float], level: Level) -> float:
    """Standard error of the screen's ratio: of the median of its pairs, of its one process, and of its run."""
    of_pairs = math.sqrt(math.pi / 2) * _spread(log_ratios) / math.sqrt(len(log_ratios))
    return math.sqrt(of_pairs**2 + level.spread**2 + level.variance)


def clearly_fine(log_ratios: Sequence[float], level: Level) -> bool:
    """Is the ratio below the limit, whatever its noise? If not it is a suspect, no more."""
    if len(log_ratios) < FEWEST_PAIRS:
        return False
    reach = NormalDist().inv_cdf(1 - MISSED) * noise(log_ratios, level)
    return median(log_ratios) + reach < level.limit


def visible(log_ratios: Sequence[float], level: Level) -> float:
    """Smallest regression that would have been a suspect, and failed, with 90 % power; above the level."""
    return level.margin + NormalDist().inv_cdf(0.9) * noise(log_ratios, level)


def _spread(values: Sequence[float]) -> float:
    """Standard deviation, from the middle half where it is smaller: a burst is not the rule."""
    ordered = sorted(values)
    n = len(ordered)
    middle = (ordered[(3 * n) // 4] - ordered[n // 4]) / 1.349
    return min(stdev(values), middle) if middle > 0 else stdev(values)
