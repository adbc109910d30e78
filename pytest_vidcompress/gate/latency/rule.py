"""The rule for time: a ratio fails when it is worse by more than the margin, and surely worse.

Two steps: a screen on the pairs of the test's own process lets the clearly fine pass; the others are confirmed,
or cleared, by blocks in fresh processes.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ...measure.interval import Estimate
from ...measure.latency.blocks import Confirmation
from ...measure.report import Report, Timing
from ..baseline.stored import Baseline
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion, suspects
from .level import ENOUGH_RUNS
from .screen import visible
from .sequential_test import Analysis, Decision, analyse
from .single_process import SHARE, analyse_pairs


def judge_latency(report: Report, criterion: Criterion, alpha: float) -> Verdict:
    """The verdict of one criterion; `alpha` is the chance of a false failure."""
    timing = report.timing
    if timing is None or timing.ratio is None or not timing.log_ratios:
        return _undecided(criterion, "not timed in this run")
    if timing.crash:
        return replace(_undecided(criterion, _crash(timing)), status=Status.FAILED)
    seen = timing.against if criterion.builds else timing.confirmed
    analysis = analyse(seen, criterion.level, alpha) if seen else None
    if seen and analysis and analysis.blocks:
        return _confirmed(seen, analysis, criterion, alpha)
    if not suspects(timing.log_ratios, [criterion]):
        return _screened(timing, timing.ratio, criterion)
    return _unconfirmed(timing, timing.ratio, criterion, seen, alpha)


def no_criterion(report: Report, baseline: Baseline, against: str = "") -> Verdict:
    """The verdict without anything to hold to, also in the build of `against`."""
    timing = baseline.timing
    stored = timing.latency_ratio if timing else None
    if report.timing and report.timing.crash:
        return Verdict("latency_ratio", Status.FAILED, None, stored, None, _crash(report.timing))
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
        f"{reason} recorded on this machine class{apart}{absent}",
        f"{len(report.timing.log_ratios)} pairs",
        interval=report.timing.ratio.interval,
        remedy=Remedy.CREATE,
    )


def _crash(timing: Timing) -> str:
    """What does not run by itself cannot be shipped, however fast it is beside its reference."""
    return f"it does not run in a process of its own: {timing.crash}"


def _screened(timing: Timing, ratio: Estimate, criterion: Criterion) -> Verdict:
    """Cleared by the pairs of the test's own process."""
    pairs, level = len(timing.log_ratios), criterion.screen
    faster = criterion.stored is not None and ratio.high < math.exp(level.log_ratio)
    return Verdict(
        "latency_ratio",
        Status.PASSED,
        float(ratio),
        None if criterion.stored is None else math.exp(level.log_ratio),
        math.exp(level.limit),
        "faster than stored" if faster else f"clearly within {criterion.whose}",
        f"{pairs} pairs in the test's process",
        criterion.rule,
        interval=ratio.interval,
        visible=math.expm1(visible(timing.log_ratios, level)),
    )


def _unconfirmed(
    timing: Timing, ratio: Estimate, criterion: Criterion, seen: Confirmation | None, alpha: float
) -> Verdict:
    """A suspect that fresh processes said nothing of: by the pairs of the test's own, at an error rate of its own."""
    why, level = _why_unconfirmed(timing, seen), criterion.screen
    if criterion.builds:
        # The test's own process has no pairs with another build.
        return _too_few(criterion, why, seen)
    analysis = analyse_pairs(timing, level, alpha)
    if analysis.decision is Decision.WORSE:
        status = Status.FAILED
        reason = f"slower than {criterion.whose}, and surely slower in the test's own process; {why}"
    elif analysis.decision is Decision.FINE:
        status, reason = Status.PASSED, f"within {criterion.whose} in the test's own process; {why}"
    elif seen:
        return _too_few(criterion, why, seen)
    else:
        veto = f", but the machine is disturbed: {analysis.veto}" if analysis.veto else ""
        status, reason = Status.INCONCLUSIVE, f"not clearly within {criterion.whose}{veto}; {why}"
    chance = (
        f", p={analysis.p:.2g} where one process is allowed {SHARE * alpha:.2g}" if analysis.blocks else ""
    )
    return Verdict(
        "latency_ratio",
        status,
        float(ratio),
        None if criterion.stored is None else math.exp(level.log_ratio),
        math.exp(level.limit),
        reason,
        f"{len(timing.log_ratios)} pairs in the test's process{chance}",
        criterion.rule,
        interval=ratio.interval,
        visible=math.expm1(analysis.visible),
        remedy=Remedy.ACCEPT if status is Status.FAILED else Remedy.NONE,
    )


def _too_few(criterion: Criterion, why: str, seen: Confirmation | None) -> Verdict:
    """What fresh processes could have said, had there been enough of them."""
    evidence = f"0 blocks in {len(seen.quiet)} of {len(seen.turns)} fresh processes" if seen else ""
    undecided = _undecided(criterion, why)
    return replace(undecided, evidence=evidence, visible=math.inf, remedy=Remedy.LONGER)


def _why_unconfirmed(timing: Timing, seen: Confirmation | None) -> str:
    if seen is None:
        return timing.unconfirmed or "not confirmed in fresh processes"
    quiet, turns = len(seen.quiet), len(seen.turns)
    return f"in the time of --vc-confirm {quiet} of {turns} fresh processes were undisturbed: too few to say"


def _confirmed(seen: Confirmation, analysis: Analysis, criterion: Criterion, alpha: float) -> Verdict:
    remedy = Remedy.NONE
    if analysis.decision is Decision.FINE:
        status, reason = Status.PASSED, f"within {criterion.whose}"
    elif analysis.decision is Decision.WORSE:
        status, reason = Status.FAILED, f"slower than {criterion.whose}, and surely slower"
        remedy = Remedy.ACCEPT
    elif analysis.veto:
        status = Status.INCONCLUSIVE
        reason = f"slower than {criterion.whose}, but the machine is disturbed: {analysis.veto}"
    else:
        status, reason = Status.INCONCLUSIVE, f"slower than {criterion.whose}, but this may be noise"
        remedy = Remedy.LONGER
    return Verdict(
        "latency_ratio",
        status,
        math.exp(analysis.estimate),
        criterion.stored,
        math.exp(criterion.level.limit),
        reason,
        _evidence(seen, analysis, alpha),
        criterion.rule,
        interval=(math.exp(analysis.interval[0]), math.exp(analysis.interval[1])),
        visible=math.expm1(analysis.visible),
        ruled_out=ruled_out(analysis, criterion) if status is Status.PASSED else None,
        remedy=remedy,
    )


def ruled_out(analysis: Analysis, criterion: Criterion) -> float | None:
    """Above what is stored, and so of no budget; none at all where it got faster than that."""
    return max(0.0, math.expm1(analysis.ruled_out)) if criterion.rule == "baseline" else None


def _evidence(seen: Confirmation, analysis: Analysis, alpha: float) -> str:
    disturbed = len(seen.turns) - len(seen.quiet)
    aside = f" ({disturbed} more disturbed)" if disturbed else ""
    said = f"{analysis.blocks} blocks, {seen.pairs} pairs in {len(seen.quiet)} fresh processes{aside}"
    return f"{said}, p={analysis.p:.2g} where all looks are allowed {alpha:.2g}"


def _undecided(criterion: Criterion, reason: str) -> Verdict:
    """Nothing that was measured says anything of this criterion."""
    return Verdict(
        "latency_ratio",
        Status.INCONCLUSIVE,
        None,
        criterion.stored,
        math.exp(criterion.level.limit),
        reason,
        rule=criterion.rule,
    )
