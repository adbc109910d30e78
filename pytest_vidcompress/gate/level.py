"""What a latency ratio is held against, and how well that is known."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median, variance

from .baseline import StoredTiming

ENOUGH_RUNS = 3
"""Recorded runs below which nothing is known of how far runs lie apart."""
LEAST_SPREAD = 0.003
"""Of log-ratios: runs and blocks that agree better than this do so by luck."""
PRIOR_FREEDOM = 3.0
"""Weight of what the other variants' runs say about a variant's own, in runs."""
UNKNOWN_SPREAD = 0.02
"""Of the log-ratio from process to process where none was recorded."""


@dataclass(frozen=True)
class Level:
    """A log-ratio that is right, give or take what a fresh run may lie beside it."""

    log_ratio: float
    margin: float
    """Log-ratio above it that still is no regression."""
    variance: float = 0.0
    """Of a fresh run about `log_ratio`, beyond the noise that its own blocks show."""
    freedom: float = math.inf
    """Degrees of freedom of `variance`."""
    spread: float = UNKNOWN_SPREAD
    """Standard deviation from process to process: what the pairs of one process cannot show."""
    control: float | None = None
    """Standard deviation of the control blocks when it was recorded; None where nothing was."""

    @property
    def limit(self) -> float:
        return self.log_ratio + self.margin


def stored_level(timing: StoredTiming, others: Iterable[StoredTiming], margin: float) -> Level | None:
    """The level of recorded runs, None of too few.

    A fresh run lies beside the mean of k runs with the variance s2 (1 + 1 / k), the prediction interval. Three
    runs tell little about s2, so it is moderated by that of the other variants on this machine class (Smyth,
    "Linear models and empirical Bayes methods", 2004), or by half the spread of its own blocks if that is more.
    """
    runs = [math.log(run) for run in timing.runs]
    if len(runs) < ENOUGH_RUNS:
        return None
    spread = median(timing.spreads) if timing.spreads else UNKNOWN_SPREAD
    peers = [variance(map(math.log, other.runs)) for other in others if len(other.runs) >= ENOUGH_RUNS]
    prior = max(median(peers) if peers else 0.0, (spread / 2) ** 2, LEAST_SPREAD**2)
    own = len(runs) - 1
    moderated = (PRIOR_FREEDOM * prior + own * variance(runs)) / (PRIOR_FREEDOM + own)
    return Level(
        log_ratio=fmean(runs),
        margin=math.log1p(margin),
        variance=moderated * (1 + 1 / len(runs)),
        freedom=PRIOR_FREEDOM + own,
        spread=spread,
        control=median(timing.controls) if timing.controls else None,
    )


def budget_level(limit: float) -> Level:
    """The level of a limit written in the test: known exactly, and no margin beyond it."""
    return Level(math.log(limit), 0.0)


def other_build(margin: float) -> Level:
    """The level of a variant timed against another build of itself: one, exactly."""
    return Level(0.0, math.log1p(margin))
