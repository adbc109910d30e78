"""Confidence intervals of shares, means, medians, quantiles and what is resampled, and numbers that carry theirs.
Pure, stdlib only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from statistics import NormalDist, fmean, median, stdev

Interval = tuple[float, float, float]
"""Estimate, lower and upper bound."""
RESAMPLES = 1000
"""Of `bootstrap_interval`, always drawn alike."""


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
    rank = _rank(len(values), 0.5, (1.0 - confidence) / 2)
    ordered = sorted(values)
    if rank == 0:
        return (median(ordered), -math.inf, math.inf)
    return (median(ordered), ordered[rank - 1], ordered[-rank])


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed: an order statistic, never between two."""
    return sorted(values)[max(1, math.ceil(share * len(values) - 1e-9)) - 1] if values else math.nan


def quantile_interval(values: Sequence[float], share: float, confidence: float = 0.95) -> Interval:
    """`quantile` with its distribution-free interval: of n values, as many lie below it as of n coins fall.

    Order statistics by the binomial distribution (David and Nagaraja, "Order Statistics", 2003, section 7.1); an end
    is infinite where there are too few values: p90 has an upper one from 36 of them on, p99 from 368.
    """
    n, tail = len(values), (1.0 - confidence) / 2
    below = _rank(n, share, tail)
    above = _rank(n, 1.0 - share, tail)
    ordered = sorted(values)
    low, high = ordered[below - 1] if below else -math.inf, ordered[-above] if above else math.inf
    return (quantile(ordered, share), low, high)


def bootstrap_interval(values: Sequence[float]) -> Interval:
    """A mean with its 95 % bootstrap interval, which assumes no distribution; unbounded for fewer than two values."""
    if len(values) < 2:
        return (values[0] if values else math.nan, -math.inf, math.inf)
    scale, random = fmean(map(abs, values)) or 1.0, Random(0)
    shares = [each / scale for each in values]
    resampled = [fmean(random.choices(shares, k=len(shares))) for _ in range(RESAMPLES)]
    value, low, high = bca_interval(shares, resampled)
    return (scale * value, scale * low, scale * high)


def bca_interval(contributions: Sequence[float], resampled: Sequence[float]) -> Interval:
    """A number with its 95 % interval, corrected for bias and for skew (BCa: Efron, 1987).

    Args:
        contributions: of each clip; their mean is the number, and how they lie around it its skew.
        resampled: the number of each resample.
    """
    if not contributions:
        return (math.nan, -math.inf, math.inf)
    value, ordered, normal = fmean(contributions), sorted(resampled), NormalDist()
    # Single precision rounds what is all the same.
    if ordered[-1] - ordered[0] < 1e-6:
        return (value, value, value)
    below = sum(each < value for each in ordered) + sum(each == value for each in ordered) / 2
    bias = normal.inv_cdf(min(max(below, 0.5), len(ordered) - 0.5) / len(ordered))
    skew = _skew([each - value for each in contributions])

    def bound(share: float) -> float:
        z = bias + normal.inv_cdf(share)
        place = normal.cdf(bias + z / max(1e-9, 1 - skew * z))
        return ordered[min(len(ordered) - 1, int(place * len(ordered)))]

    return (value, min(value, bound(0.025)), max(value, bound(0.975)))


def _skew(around: Sequence[float]) -> float:
    """The acceleration: a sixth of the skewness of what clips contribute, over the root of their number."""
    squares = math.fsum(each**2 for each in around)
    return math.fsum(each**3 for each in around) / (6 * squares**1.5) if squares else 0.0


def _rank(n: int, share: float, tail: float) -> int:
    """Largest r such that fewer than r of n values lie in a share of them with chance `tail` at most; 0 for none."""
    # Rounding of 1 - 0.998 must not cost a value.
    allowed, below, rank = tail * (1 + 1e-9), 0.0, 0
    log_in, log_out = math.log(share), math.log1p(-share)
    while rank <= n:
        ways = math.lgamma(n + 1) - math.lgamma(rank + 1) - math.lgamma(n - rank + 1)
        below += math.exp(ways + rank * log_in + (n - rank) * log_out)
        if below > allowed:
            break
        rank += 1
    return rank
