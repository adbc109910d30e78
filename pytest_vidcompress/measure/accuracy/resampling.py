"""The bootstrap over clips: how often each is drawn, and the interval that resampled numbers give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean

import torch

from ..interval import Interval

RESAMPLES = 1000
SEED = 0
"""The same clips are drawn for every model: what two of them differ by is paired."""


def resamples(clips: int) -> torch.Tensor:
    """How often each clip is drawn in each resample, int64 `(RESAMPLES, clips)`; rows add up to `clips`."""
    random = torch.Generator().manual_seed(SEED)
    drawn = torch.randint(max(1, clips), (RESAMPLES, clips), generator=random)
    return torch.zeros(RESAMPLES, clips, dtype=torch.int64).scatter_add_(
        1, drawn, torch.ones(1, 1, dtype=torch.int64).expand_as(drawn)
    )


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
