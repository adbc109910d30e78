"""What clips cost, as a distribution: its mean and its quantiles, each as sure as so many clips make it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..interval import Estimate, bootstrap_interval, quantile_interval

PLACES = ("mean", "p50", "p90", "p95")
"""What is said of one."""


@dataclass(frozen=True)
class Distribution:
    """One number a clip, whatever its unit. Clips are what varies: all intervals are over them.

    The mean's is a bootstrap's; a quantile is an order statistic, and so are the ends of its interval: p95 has an
    upper one from 72 clips on.
    """

    values: tuple[float, ...]

    @cached_property
    def mean(self) -> Estimate:
        return Estimate(*bootstrap_interval(self.values))

    @cached_property
    def p50(self) -> Estimate:
        return self._at(0.5)

    @cached_property
    def p90(self) -> Estimate:
        return self._at(0.9)

    @cached_property
    def p95(self) -> Estimate:
        return self._at(0.95)

    def _at(self, share: float) -> Estimate:
        return Estimate(*quantile_interval(self.values, share))
