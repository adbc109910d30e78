"""The rule for time: a ratio fails when it is worse by more than the margin, and surely worse.

Two steps: a screen on the pairs of the test's own process lets the clearly fine pass; the others are confirmed,
or cleared, by blocks in fresh processes.
"""

from __future__ import annotations

import math

from ...measure.interval import Estimate
from ...measure.latency.blocks import Confirmation
from ...measure.report import Report, Timing
from ..baseline.stored import Baseline
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion, suspects
from .level import ENOUGH_RUNS
from .screen import FEWEST_PAIRS, visible
from .sequential_test import Analysis, Decision, analyse


def judge_latency(report: Report, criterion: Criterion, alpha: float) -> Verdict:
    """The verdict of one criterion; `alpha` is the chance of a false failure."""
    timing = report.timing
    if timing is None or timing.ratio is None or not timing.log_ratios:
        return _untimed(criterion)
    seen = timing.against if criterion.builds else timing.confirmed
    if seen is None:
        return _screened(timing, timing.ratio, criterion)
    return _confirmed(seen, criterion, alpha)


def no_criterion(report: Report, baseline: Baseline, against: str = "") -> Verdict:
    """The verdict without anything to hold to, also in the build of `against`."""
    timing = baseline.timing
    stored = timing.latency_ratio if timing else None
    if report.timing is None or report.timing.ratio is None:
        return Verdict("latency_ratio", Status.INCONCLUSIVE, None, stored, None, "not timed in this run")
    runs = len(timing.runs) if timing else 0
    reason = "no run was" if runs == 0 else f"{runs} of {ENOUGH_RUNS} runs were"
    absent = f", and {against} does not measure this" if against else ""
    other = baseline.nearest
    apart = f" ({other.file} is of another: {'; '.join(other.differs)})" if other else ""
    return Verdict(
        "latency_ratio",
        Status.NEW,
        float(report.timing.ratio),
        stored,
        None,
        f"{reason} recorded on this machine class{apart}{absent}; record one with --vc-baseline=create",
        f"{len(report.timing.log_ratios)} pairs",
        interval=report.timing.ratio.interval,
        remedy=Remedy.CREATE,
    )


def _screened(timing: Timing, ratio: Estimate, criterion: Criterion) -> Verdict:
    pairs = len(timing.log_ratios)
    if suspects(timing.log_ratios, [criterion]):
        status = Status.INCONCLUSIVE
        reason = f"not clearly within {criterion.whose}; {timing.unconfirmed or 'not confirmed in fresh processes'}"
    else:
        faster = criterion.stored is not None and ratio.high < math.exp(criterion.screen.log_ratio)
        status, reason = (
            Status.PASSED,
            "faster than stored" if faster else f"clearly within {criterion.whose}",
        )
    return Verdict(
        "latency_ratio",
        status,
        float(ratio),
        None if criterion.stored is None else math.exp(criterion.screen.log_ratio),
        math.exp(criterion.screen.limit),
        reason,
        f"{pairs} pairs in the test's process",
        criterion.rule,
        interval=ratio.interval,
        visible=math.expm1(visible(timing.log_ratios, criterion.screen))
        if pairs >= FEWEST_PAIRS
        else math.inf,
    )


def _confirmed(seen: Confirmation, criterion: Criterion, alpha: float) -> Verdict:
    analysis = analyse(seen, criterion.level, alpha)
    if analysis.decision is Decision.FINE:
        status, reason = Status.PASSED, f"within {criterion.whose}"
    elif analysis.decision is Decision.WORSE:
        status, reason = Status.FAILED, f"slower than {criterion.whose}, and surely slower"
    elif analysis.veto:
        status = Status.INCONCLUSIVE
        reason = f"slower than {criterion.whose}, but the machine is disturbed: {analysis.veto}"
    elif analysis.blocks == 0:
        quiet, turns = len(seen.quiet), len(seen.turns)
        status = Status.INCONCLUSIVE
        reason = (
            f"in the time of --vc-confirm {quiet} of {turns} fresh processes were undisturbed: too few to say"
        )
    else:
        status, reason = Status.INCONCLUSIVE, f"slower than {criterion.whose}, but this may be noise"
    return Verdict(
        "latency_ratio",
        status,
        math.exp(analysis.estimate) if analysis.blocks else None,
        criterion.stored,
        math.exp(criterion.level.limit),
        reason,
        _evidence(seen, analysis, alpha),
        criterion.rule,
        interval=(math.exp(analysis.interval[0]), math.exp(analysis.interval[1]))
        if analysis.blocks
        else None,
        visible=math.expm1(analysis.visible) if analysis.blocks else math.inf,
    )


def _evidence(seen: Confirmation, analysis: Analysis, alpha: float) -> str:
    disturbed = len(seen.turns) - len(seen.quiet)
    aside = f" ({disturbed} more disturbed)" if disturbed else ""
    said = f"{analysis.blocks} blocks, {seen.pairs} pairs in {len(seen.quiet)} fresh processes{aside}"
    return f"{said}, p={analysis.p:.2g} where all looks are allowed {alpha:.2g}"


def _untimed(criterion: Criterion) -> Verdict:
    limit = math.exp(criterion.level.limit)
    reason = "not timed in this run"
    return Verdict(
        "latency_ratio", Status.INCONCLUSIVE, None, criterion.stored, limit, reason, rule=criterion.rule
    )
