"""How far the runs of one variant lie apart, when it has too few to tell by itself. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from ..statistics import digamma, trigamma, trigamma_inverse


@dataclass(frozen=True)
class Spread:
    """A variance as so many degrees of freedom know it."""

    variance: float
    freedom: float

    def moderated(self, by: Spread) -> Spread:
        """This variance drawn towards another, each with the weight of what it knows."""
        freedom = self.freedom + by.freedom
        return Spread((self.freedom * self.variance + by.freedom * by.variance) / freedom, freedom)


def common(spreads: Sequence[Spread]) -> Spread:
    """What several variants' variances say of the next one's: the scaled inverse chi-square they come from.

    Its scale and freedom are fitted to the logarithms of the variances (Smyth, "Linear models and empirical
    Bayes methods", 2004, section 6.2): variances that differ by no more than chance are pooled, and those that
    do differ say little of each other. Never surer than all of them together.

    Args:
        spreads: two at least, each of a positive variance.
    """
    halves = [spread.freedom / 2 for spread in spreads]
    logs = [
        math.log(spread.variance) - digamma(half) + math.log(half)
        for spread, half in zip(spreads, halves, strict=True)
    ]
    centre, beyond_chance = fmean(logs), variance(logs) - fmean(map(trigamma, halves))
    most = sum(spread.freedom for spread in spreads)
    if beyond_chance <= trigamma(most / 2):
        return Spread(math.exp(centre), most)
    half = trigamma_inverse(beyond_chance)
    return Spread(math.exp(centre + digamma(half) - math.log(half)), 2 * half)
