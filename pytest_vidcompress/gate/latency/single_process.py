"""A suspect that no fresh process can confirm: what the pairs of the test's own process say by themselves. Pure.

A one-sided t test on the means of blocks of neighbouring pairs, at an error rate of its own. All pairs share one
process, whose memory moves their ratio by percents however many there are: that is part of the variance. The control,
the reference against itself in the same pairs, must show nothing; and what another speed of the machine may do to a
ratio is no regression.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from ...measure.report import Timing
from ..statistics import student_quantile, student_tail
from .level import LEAST_SPREAD, Level
from .machine_speed import other_speed
from .screen import MISSED
from .sequential_test import POWER, Analysis, Decision, disturbed, pooled_freedom

SHARE = 0.2
"""Of the error rate of a check: what one process shows is worth less than what many agree on."""
OTHER_PROCESS = 0.03
"""Standard deviation of the log-ratio from one process to another where no screen was recorded: int8 weights that
happened to lie well were seen to be 8 % faster."""
FEWEST_BLOCKS = 3
"""Before any word is said, of the variant and of the control."""
ENOUGH_BLOCKS = 6
QUIET = 0.8
"""Least share of undisturbed pairs: of 219 recorded processes that were off by more than a tenth, one had it."""
MOST_PAIRS = 4
"""Of a block: both orders, and both mirrored."""
BEYOND_DOUBT = math.log(2.0)
"""Log-ratio above the limit that all blocks show, whatever the control, only of what is slower on any machine."""
PAIRS_BEYOND_DOUBT = 16
"""Pairs for that: of an unchanged model a dozen in a row were seen to be, while a neighbour kept in step."""


def analyse_pairs(timing: Timing, level: Level, alpha: float) -> Analysis:
    """What the pairs of one process say.

    Args:
        timing: with the control of its pairs, without which they say nothing.
        level: of screens; its `spread` is from process to process where none was recorded.
        alpha: chance of a false alarm of a check that fresh processes could confirm.
    """
    values, beside = blocks(timing.log_ratios), blocks(timing.controls)
    if min(len(values), len(beside)) < FEWEST_BLOCKS:
        return Analysis(
            Decision.OPEN, math.nan, (-math.inf, math.inf), 1.0, math.inf, 0, veto=_restless(timing)
        )
    n, estimate = len(values), fmean(values)
    # A control that varies more says that the pairs agree by luck.
    noise = max(stdev(values), stdev(beside), LEAST_SPREAD) / math.sqrt(n)
    process = max(level.spread, OTHER_PROCESS) if level.spread else 0.0
    total = math.sqrt(noise**2 + process**2 + level.variance)
    freedom = pooled_freedom((noise**2, n - 1), (process**2, math.inf), (level.variance, level.freedom))
    excess, allowed = estimate - level.log_ratio, SHARE * alpha
    p = student_tail(excess / total, freedom)
    half = student_quantile(0.025, n - 1) * noise
    visible = max(level.margin, student_quantile(allowed, freedom) * total)
    visible += student_quantile(1 - POWER, freedom) * total
    decision, veto = Decision.OPEN, _restless(timing)
    if excess > level.margin and p <= allowed:
        reference_s = float(timing.calls.reference_latency) if timing.calls else None
        veto = veto or disturbed(beside, None, excess)
        veto = veto or other_speed(reference_s, level, excess - level.margin)
        if len(timing.log_ratios) >= PAIRS_BEYOND_DOUBT and _beyond_doubt(values, beside, level):
            veto = ""
        decision = Decision.OPEN if veto else Decision.WORSE
    elif not veto and excess + student_quantile(MISSED, freedom) * total < level.margin:
        decision = Decision.FINE
    return Analysis(decision, estimate, (estimate - half, estimate + half), p, visible, n, veto)


def _beyond_doubt(values: Sequence[float], beside: Sequence[float], level: Level) -> bool:
    """Is every block far above the limit, even by the most that the reference differed from itself?"""
    return min(values) - max(map(abs, beside)) > level.limit + BEYOND_DOUBT


def _restless(timing: Timing) -> str:
    """Why these pairs are not to be believed, in words. A neighbour that keeps in step slows one arm alone."""
    if timing.quiet_share >= QUIET:
        return ""
    return f"{timing.quiet_share:.0%} of the pairs were undisturbed"


def blocks(values: Sequence[float]) -> list[float]:
    """Means of neighbours: of four, or of fewer where these would be too few blocks."""
    size = max(1, min(MOST_PAIRS, len(values) // ENOUGH_BLOCKS))
    return [fmean(values[start : start + size]) for start in range(0, len(values) - size + 1, size)]
