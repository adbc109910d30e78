"""The sequential test of a latency ratio: when blocks are enough, and what they say. Pure.

One-sided t test on the blocks' log-ratios, at a few looks that share the error rate (alpha spending after Lan
and DeMets, 1983; the shares add up, whatever the correlation of the looks), and a stop for the clearly fine.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from statistics import fmean, stdev

from ...measure.latency.blocks import Confirmation
from ..statistics import student_quantile, student_tail
from .level import LEAST_SPREAD, Level
from .machine_speed import other_speed

LOOKS = ((0.15, 0.1), (0.3, 0.25), (0.6, 0.5), (1.0, 1.0))
"""Share of the time budget -> share of the error rate that may be spent by then."""
LAST_SHARE = LOOKS[-1][1] - LOOKS[-2][1]
FINE = 0.005
"""Chance that a regression of just the margin is stopped as clearly fine at a look."""
POWER = 0.9
"""Of the smallest regression that a verdict says it could have seen."""
FEWEST = 4
"""Blocks before any word is said."""
LEAST_SPENT = 0.01
"""Share of the time budget that any look is taken to have spent."""
TELLING = math.log(1.1)
"""A regression that the fewest blocks must be able to show were their spread as small as can be believed."""
CONTROL_ALPHA = 0.01
"""Of the control: it may veto one true failure in a hundred."""
NOISIER = 3.0
"""Times the recorded spread of the control from which on a stored ratio is no measure any more ..."""
BEYOND = 3.0
"""... but of what exceeds it by more than so many times that spread."""


class Decision(StrEnum):
    WORSE = "worse"
    """Significantly, and by more than the margin."""
    FINE = "fine"
    """The whole interval lies within the margin, or time is out and the estimate does."""
    OPEN = "open"
    """Not decided: more blocks may; without more time it stays so."""


@dataclass(frozen=True)
class Analysis:
    """Blocks against a level; log-ratios."""

    decision: Decision
    estimate: float
    interval: tuple[float, float]
    """95 %, of the blocks alone."""
    p: float
    """Chance of blocks so slow were nothing slower than the level."""
    visible: float
    """Smallest regression that would have failed with 90 % power, a log-ratio above the level."""
    blocks: int
    veto: str = ""
    """Why what looks worse cannot be called so on this machine now; empty when nothing speaks against it."""
    ruled_out: float = math.inf
    """Smallest regression that they exclude but for a chance of `FINE`, a log-ratio above the level."""


class Looks:
    """The looks of one confirmation: each block's worth of turns is weighed once, as it comes in.

    Args:
        alpha: chance of a false alarm over all looks.
    """

    def __init__(self, level: Level, alpha: float) -> None:
        self._level, self._alpha = level, alpha
        self._looked, self._used = 0, 0.0
        self.analysis = Analysis(Decision.OPEN, math.nan, (-math.inf, math.inf), 1.0, math.inf, 0)

    def look(self, seen: Confirmation) -> Decision:
        """What all turns so far say; what was decided once stays so."""
        if self.analysis.decision is Decision.OPEN and len(seen.log_ratios) >= FEWEST:
            spent, values = seen.spent[-1], seen.log_ratios
            allowed = self._allowed(spent, len(values))
            analysis = _analyse(values, self._level, self._alpha, allowed, spent)
            self.analysis = (
                _vetoed(analysis, seen, self._level) if analysis.decision is Decision.WORSE else analysis
            )
        return self.analysis.decision

    def _allowed(self, spent: float, blocks: int) -> float:
        """Error rate of the look that is due now; 0 when none is."""
        reached = sum(spent >= share for share, _ in LOOKS)
        if reached == self._looked:
            return 0.0
        due = LOOKS[reached - 1][1]
        allowed = self._alpha * (due - self._used)
        # A look with too few blocks to be worth its share waits for more.
        if blocks < fewest_blocks(allowed):
            return 0.0
        self._looked, self._used = reached, due
        return allowed


def analyse(seen: Confirmation, level: Level, alpha: float) -> Analysis:
    """Looks at turns as they came in, a block's worth at a time, and stops where a run would have stopped."""
    looks = Looks(level, alpha)
    for turns in range(seen.turns_per_block, len(seen.turns) + seen.turns_per_block, seen.turns_per_block):
        if looks.look(seen.until(turns)) is not Decision.OPEN:
            break
    return looks.analysis


def _analyse(values: Collection[float], level: Level, alpha: float, allowed: float, spent: float) -> Analysis:
    """What blocks say.

    Args:
        allowed: the share of `alpha` that a failure may spend now; without a look there is none.
        spent: share of the time budget that is gone.
    """
    n, estimate = len(values), fmean(values)
    noise = max(stdev(values), LEAST_SPREAD) / math.sqrt(n)
    total = math.sqrt(noise**2 + level.variance)
    freedom = pooled_freedom((noise**2, n - 1), (level.variance, level.freedom))
    excess = estimate - level.log_ratio
    p = student_tail(excess / total, freedom)
    half = student_quantile(0.025, n - 1) * noise
    ruled_out = excess + student_quantile(FINE, n - 1) * noise
    decision = Decision.OPEN
    if allowed and excess > level.margin and p <= allowed:
        decision = Decision.WORSE
    elif ruled_out < level.margin or (spent >= 1.0 and excess <= level.margin):
        decision = Decision.FINE
    # A check that stopped early would have gone on to the end, had there been a regression.
    fine = decision is Decision.FINE
    blocks = round(n / max(spent, LEAST_SPENT)) if fine else n
    last = alpha * LAST_SHARE
    visible = _visible(noise**2 * n / blocks, blocks, level, last if fine else allowed or last)
    return Analysis(
        decision, estimate, (estimate - half, estimate + half), p, visible, n, ruled_out=ruled_out
    )


def _visible(noise: float, blocks: int, level: Level, allowed: float) -> float:
    """Smallest regression, above the level, that so many blocks with this variance of their mean would show."""
    # A fresh run also lies beside the level, which one run cannot average out.
    total = math.sqrt(noise + level.variance)
    freedom = pooled_freedom((noise, blocks - 1), (level.variance, level.freedom))
    least = max(level.margin, student_quantile(allowed, freedom) * total)
    return least + student_quantile(1 - POWER, freedom) * total


def _vetoed(analysis: Analysis, seen: Confirmation, level: Level) -> Analysis:
    """Left open where the machine is too disturbed: a later look may find it calmer."""
    excess = analysis.estimate - level.log_ratio
    veto = disturbed(seen.controls, level.control, excess)
    veto = veto or other_speed(seen.base_s, level, excess - level.margin)
    return replace(analysis, decision=Decision.OPEN, veto=veto) if veto else analysis


def pooled_freedom(*variances: tuple[float, float]) -> float:
    """Degrees of freedom of a sum of estimated variances, each with its own (Satterthwaite, 1946)."""
    return sum(variance for variance, _ in variances) ** 2 / sum(
        variance**2 / freedom for variance, freedom in variances
    )


@lru_cache
def fewest_blocks(alpha: float) -> int:
    """Blocks that can reach the error rate: fewer would need a spread that nobody can believe."""
    n = FEWEST
    while student_quantile(alpha, n - 1) * 0.01 / math.sqrt(n) > TELLING:
        n += 1
    return n


def disturbed(controls: Collection[float], recorded: float | None, excess: float) -> str:
    """Why a machine is too disturbed to call this excess a regression; empty when it is not.

    Args:
        controls: base against itself, one a block.
        recorded: their standard deviation when the baseline was recorded.
        excess: log-ratio above the level.
    """
    if len(controls) < 3:
        return ""
    mean, spread = fmean(controls), max(stdev(controls), LEAST_SPREAD)
    t = abs(mean) / spread * math.sqrt(len(controls))
    if abs(mean) > excess / 3 and 2 * student_tail(t, len(controls) - 1) < CONTROL_ALPHA:
        return f"the reference differs from itself by {math.expm1(abs(mean)):.1%}"
    noisier = 0.0 if recorded is None else spread / max(recorded, LEAST_SPREAD)
    if noisier > NOISIER and excess < BEYOND * spread:
        return f"times vary {noisier:.0f} times as much as when it was recorded"
    return ""
