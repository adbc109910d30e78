"""Confidence intervals of shares, means and medians. Pure, standard library only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, median, stdev

Interval = tuple[float, float, float]
"""Estimate, lower and upper bound."""


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
    n, ordered = len(values), sorted(values)
    if n == 0:
        return (math.nan, -math.inf, math.inf)
    below, rank = 0.0, 0
    # The interval between the rank-th smallest and largest misses with probability 2 P(B < rank), B ~ Bin(n, 1/2).
    while rank < n // 2 and below + (step := math.comb(n, rank) / 2**n) <= (1 - confidence) / 2:
        below += step
        rank += 1
    if rank == 0:
        return (median(ordered), -math.inf, math.inf)
    return (median(ordered), ordered[rank - 1], ordered[n - rank])
