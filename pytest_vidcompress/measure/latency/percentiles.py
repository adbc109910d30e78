"""What a user feels of the slower calls: p90, p99 and jitter, each as sure as so many calls make it. Pure.

A call counts where the other arm's calls just before and just after it were as fast as ever. What is slow there is
slow by itself: a neighbour that takes a core holds it for longer than a call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from statistics import median

from ..interval import Estimate, quantile, quantile_interval
from .pair_times import PairTimes, calls_of_clips, together

FEWEST_COUNTING = 6
"""Calls of each arm below which nothing is said of them: a machine that disturbs the others may have slowed these."""
CALLS_OF_P99 = 368
"""From so many on it has an upper bound."""
OUTLIER = 1.1
"""Times the median call that every call of a slow clip takes at least."""
FEWEST_CALLS = 2
"""Of a clip that is called slow."""


@dataclass(frozen=True)
class Moment:
    """Calls that lie together in time; seconds."""

    variant_s: tuple[float, ...]
    """Those that count."""
    reference_s: tuple[float, ...]
    usual_variant_s: float
    """Median of all."""
    usual_reference_s: float

    @property
    def variant_beside(self) -> tuple[float, ...]:
        """How many times the reference's usual call each call of the variant takes."""
        return tuple(each / self.usual_reference_s for each in self.variant_s)

    @property
    def reference_beside(self) -> tuple[float, ...]:
        """Likewise, the other way round."""
        return tuple(each / self.usual_variant_s for each in self.reference_s)


@dataclass(frozen=True)
class Percentiles:
    """Of the calls of a variant, and of its reference's in the same pairs; seconds."""

    moments: tuple[Moment, ...]

    @classmethod
    def of(cls, times: PairTimes) -> Percentiles:
        """Of all pairs, the disturbed ones left out."""
        return cls(tuple(_moment(times, block) for block in together(len(times.variant_s)) if block))

    @cached_property
    def variant_s(self) -> tuple[float, ...]:
        """All that count."""
        return tuple(chain.from_iterable(each.variant_s for each in self.moments))

    @cached_property
    def reference_s(self) -> tuple[float, ...]:
        return tuple(chain.from_iterable(each.reference_s for each in self.moments))

    @cached_property
    def enough(self) -> bool:
        """Do as many count as say anything?"""
        return min(len(self.variant_s), len(self.reference_s)) >= FEWEST_COUNTING

    @cached_property
    def usual_ratio(self) -> float:
        """Of the variant's usual call to the reference's: the median of the moments."""
        return median(each.usual_variant_s / each.usual_reference_s for each in self.moments)

    @cached_property
    def p90(self) -> Estimate | None:
        """Of the variant; None where too few calls count."""
        return Estimate(*quantile_interval(self.variant_s, 0.9)) if self.enough else None

    @cached_property
    def reference_p90(self) -> Estimate | None:
        return Estimate(*quantile_interval(self.reference_s, 0.9)) if self.enough else None

    @cached_property
    def p95(self) -> Estimate | None:
        """Of the variant; None likewise."""
        return Estimate(*quantile_interval(self.variant_s, 0.95)) if self.enough else None

    @cached_property
    def p99(self) -> Estimate | None:
        """Of the variant; None of fewer calls than bound it."""
        value, low, high = quantile_interval(self.variant_s, 0.99)
        return Estimate(value, low, high) if math.isfinite(high) else None

    @cached_property
    def jitter(self) -> Estimate | None:
        """p99 - p50 of the variant: each with half the error of the interval. None where p99 is."""
        if self.p99 is None:
            return None
        # Both ends are to hold at once (Bonferroni).
        slow, slow_low, slow_high = quantile_interval(self.variant_s, 0.99, 0.975)
        usual, usual_low, usual_high = quantile_interval(self.variant_s, 0.5, 0.975)
        return Estimate(slow - usual, max(0.0, slow_low - usual_high), slow_high - usual_low)

    def quotient(self, share: float) -> float | None:
        """Of the variant's quantile to the reference's; None where too few calls count."""
        if not self.enough:
            return None
        return quantile(self.variant_s, share) / quantile(self.reference_s, share)

    def ratio(self, share: float) -> Estimate | None:
        """The same with its interval: both ends hold at once (Bonferroni)."""
        quotient = self.quotient(share)
        if quotient is None:
            return None
        _, my_low, my_high = quantile_interval(self.variant_s, share, 0.975)
        _, other_low, other_high = quantile_interval(self.reference_s, share, 0.975)
        low = my_low / other_high if my_low > 0 else 0.0
        return Estimate(quotient, max(0.0, low), my_high / other_low if other_low > 0 else math.inf)

    @cached_property
    def p90_ratio(self) -> Estimate | None:
        return self.ratio(0.9)

    @cached_property
    def p95_ratio(self) -> Estimate | None:
        return self.ratio(0.95)

    @cached_property
    def p95_beside(self) -> tuple[float, float] | None:
        """p95 of the variant beside the reference, and of the reference beside the variant: few calls take longer."""
        if not self.enough:
            return None
        variant = chain.from_iterable(each.variant_beside for each in self.moments)
        reference = chain.from_iterable(each.reference_beside for each in self.moments)
        return quantile([*variant], 0.95), quantile([*reference], 0.95)


def slow_clips(times: PairTimes) -> Mapping[str, float]:
    """Clips of which every call that counts is slow, by id: times the median call that they take; slowest first."""
    by_clip = calls_of_clips(times)
    everything = [seconds for calls in by_clip.values() for seconds in calls]
    usual = median(everything) if everything else math.inf
    slow = {
        clip: median(calls) / usual
        for clip, calls in by_clip.items()
        if len(calls) >= FEWEST_CALLS and min(calls) > OUTLIER * usual
    }
    return dict(sorted(slow.items(), key=lambda each: -each[1]))


def _moment(times: PairTimes, block: Sequence[int]) -> Moment:
    return Moment(
        tuple(times.variant_s[i] for i in block if times.around_variant[i]),
        tuple(times.reference_s[i] for i in block if times.around_reference[i]),
        median(times.variant_s[i] for i in block),
        median(times.reference_s[i] for i in block),
    )
