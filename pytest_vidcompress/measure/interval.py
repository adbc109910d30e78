"""Confidence intervals of shares, means and medians, and numbers that carry theirs. Pure, standard library only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, median, stdev

Interval = tuple[float, float, float]
"""Estimate, lower and upper bound."""


class Estimate(float):
    """A measured number that carries its 95 % confidence interval; in arithmetic it is its value."""

    low: float
    high: float

    def __new__(cls, value: float, low: float | None = None, high: float | None = None) -> Estimate:
        self = super().__new__(cls, value)
        self.low = float(value if low is None else low)
        self.high = float(value if high is None else high)
        return self

    def __reduce__(self) -> tuple[type[Estimate], tuple[float, float, float]]:
        return (type(self), (float(self), self.low, self.high))

    @property
    def interval(self) -> tuple[float, float]:
        return (self.low, self.high)


def share_interval(hits: int, n: int, confidence: float = 0.95) -> Interval:
    """A share with its Wilson score interval (Wilson, 1927)."""
    if n == 0:
        return (math.nan, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = hits / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return (p, max(0.0, min(centre - half, p)), min(1.0, max(centre + half, p)))


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """A mean with its normal interval; unbounded for fewer than two values."""
    if len(values) < 2:
        return (values[0] if values else math.nan, -math.inf, math.inf)
    centre = fmean(values)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * stdev(values) / math.sqrt(len(values))
    return (centre, centre - half, centre + half)


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """A median with its distribution-free interval: the order statistics of the sign test.

    Unbounded where there are too few values for the confidence (fewer than 6 at 95 %, 11 at 99.9 %).
    """
    if not values:
        return (math.nan, -math.inf, math.inf)
    rank = _outer_rank(len(values), (1.0 - confidence) / 2)
    ordered = sorted(values)
    if rank == 0:
        return (median(ordered), -math.inf, math.inf)
    return (median(ordered), ordered[rank - 1], ordered[-rank])


def _outer_rank(n: int, tail: float) -> int:
    """Largest r such that fewer than r heads of n coins have chance `tail` at most; 0 if there is none."""
    # Rounding of 1 - 0.998 must not cost a value.
    allowed, below, rank = tail * (1 + 1e-9), 0.0, 0
    while rank <= n // 2:
        below += math.comb(n, rank) / 2**n
        if below > allowed:
            break
        rank += 1
    return rank
