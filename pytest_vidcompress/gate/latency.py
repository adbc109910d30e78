"""The rule for time: a ratio fails when it is beyond its limit and surely so."""

from __future__ import annotations

import math
from typing import Literal

from ..measure.interval import median_interval
from ..measure.report import Report
from .baseline import StoredTiming
from .budget import Margins
from .verdict import Status, Verdict


def hold_latency(report: Report, timing: StoredTiming | None, margins: Margins) -> Verdict:
    """Against the slowest recorded run plus a margin: runs differ more than their pairs show."""
    stored = timing.latency_ratio if timing else None
    limit = timing.latency_limit(margins.latency) if timing else None
    if timing and limit is not None:
        runs = len(timing.runs)
        slowest = "the recorded run" if runs == 1 else f"the slowest of {runs} recorded runs"
        whose = f"{slowest} plus {margins.latency:.0%}"
        return _hold(report, stored, limit, whose, "baseline", margins)
    if report.latency_ratio is None:
        return _untimed(None, None, "baseline")
    measured = float(report.latency_ratio)
    reason = "no run was recorded on this machine class; store it with --vc-baseline=create"
    return Verdict(
        "latency_ratio", Status.NEW, measured, None, None, reason, f"{len(report.log_ratios)} pairs"
    )


def budget_latency(report: Report, limit: float, margins: Margins) -> Verdict:
    """Against a limit written in the test."""
    return _hold(report, None, limit, "the budget", "budget", margins)


def _hold(
    report: Report,
    stored: float | None,
    limit: float,
    whose: str,
    rule: Literal["baseline", "budget"],
    margins: Margins,
) -> Verdict:
    if report.latency_ratio is None:
        return _untimed(stored, limit, rule)
    confidence = margins.latency_confidence
    middle, low, high = (math.exp(x) for x in median_interval(report.log_ratios, confidence))
    pairs = len(report.log_ratios)
    evidence = f"{pairs} pairs, {confidence:.1%} interval {low:.3f} to {high:.3f}"
    if low == 0.0:
        middle, evidence = float(report.latency_ratio), f"{pairs} pairs"
        # n pairs can reach 2 ** -n.
        needed = math.ceil(-math.log2(margins.latency_alpha))
        status, reason = Status.INCONCLUSIVE, f"too few pairs to be sure of anything; time at least {needed}"
    elif middle <= limit:
        status, reason = Status.PASSED, f"within {whose}"
        if stored is not None and high < stored:
            reason = "faster than stored"
    elif low > limit:
        status, reason = Status.FAILED, f"slower than {whose}, and surely so"
    else:
        status, reason = Status.INCONCLUSIVE, f"slower than {whose}, but this may be noise; time more pairs"
    return Verdict("latency_ratio", status, middle, stored, limit, reason, evidence, rule)


def _untimed(stored: float | None, limit: float | None, rule: Literal["baseline", "budget"]) -> Verdict:
    reason = "not timed in this run"
    return Verdict("latency_ratio", Status.INCONCLUSIVE, None, stored, limit, reason, rule=rule)
