"""The rule for the slower calls: p90 of a variant beside its reference's, as it was when runs were recorded; p95 as a
budget limits it.

All of it is of the test's own process, and every process has slower calls of its own: how far the recorded runs lie
apart is what a fresh one may lie beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import fmean, median_high

from ...measure.latency.pair_times import PairTimes
from ...measure.latency.percentiles import FEWEST_COUNTING
from ...measure.report import Report, Timing
from ..baseline.stored import Baseline
from ..budget import Budget, Margins
from ..metrics import METRICS, Metric
from ..statistics import student_quantile
from ..verdict import Remedy, Status, Verdict
from .criterion import Rule
from .level import ENOUGH_RUNS, tail_spread
from .sequential_test import Decision
from .single_process import OTHER_PROCESS
from .tail_test import TailAnalysis, TailLevel, TailLooks, replayed

RECORDED = "latency_p90_ratio"
"""What recorded runs hold; the others are held by budgets alone."""
RECORDED_SHARE = 0.05
"""Of the calls of recorded runs, those beyond their p95."""
TAILS = {name: metric for name, metric in METRICS.items() if metric.rule == "tail"}
AS_USUAL = "no more slower than its usual calls, which latency_ratio holds; held to"


@dataclass(frozen=True)
class TailCriterion:
    """One level that the slower calls are held to."""

    metric: Metric
    level: TailLevel
    whose: str
    rule: Rule = "baseline"
    stored: float | None = None
    """Of the baseline, to show."""


def tail_criteria(
    baseline: Baseline, budget: Budget | None, margins: Margins, alpha: float
) -> tuple[TailCriterion, ...]:
    """Everything that the slower calls are held to: enough recorded runs, the test's own limit, or nothing."""
    limits = (budget or Budget()).limits
    own = [_budget(metric, limits[name], alpha) for name, metric in TAILS.items() if name in limits]
    recorded = _recorded(baseline, margins, alpha)
    return (*([recorded] if recorded else []), *own)


def stopping(
    criteria: tuple[TailCriterion, ...], timing: Timing, alpha: float
) -> Callable[[PairTimes], bool] | None:
    """Ends the timing of further pairs when they decide all of `criteria`; None where those there are do."""
    looks = [TailLooks(criterion.level, alpha) for criterion in criteria]

    def enough(seen: PairTimes) -> bool:
        for each in looks:
            each.look(seen)
        return all(each.over for each in looks)

    return None if timing.calls is None or enough(timing.calls) else enough


def judge_tail(
    metric: Metric, report: Report, baseline: Baseline, margins: Margins, alpha: float
) -> Iterator[Verdict]:
    """The verdict beside the recorded runs; none where fewer than are needed were recorded."""
    if metric.name != RECORDED:
        return
    for criterion in tail_criteria(baseline, None, margins, alpha) if report.reference is not None else ():
        yield _verdict(report.timing, criterion, alpha)


def judge_tail_budget(metric: Metric, report: Report, limit: float, alpha: float) -> Verdict:
    """The verdict of the test's own limit."""
    return _verdict(report.timing, _budget(metric, limit, alpha), alpha)


def _recorded(baseline: Baseline, margins: Margins, alpha: float) -> TailCriterion | None:
    timing = baseline.timing
    if timing is None or min(len(timing.p90s), len(timing.p95s), len(timing.reference_p95s)) < ENOUGH_RUNS:
        return None
    stored, margin = fmean(map(math.log, timing.p90s)), math.log1p(margins.latency_p90)
    spread = tail_spread(timing.p90s, (peer.p90s for peer in baseline.peers if peer is not timing))
    beyond = max(margin, student_quantile(alpha, spread.freedom) * math.sqrt(spread.variance))
    level = TailLevel(
        limit=stored + margin,
        sure=stored + beyond,
        late=math.log(median_high(timing.p95s)) + beyond,
        late_reference=math.log(median_high(timing.reference_p95s)) + margin,
        share=RECORDED_SHARE,
        usual=fmean(map(math.log, timing.screens or timing.runs or timing.p90s)),
    )
    whose = f"{len(timing.p90s)} recorded runs plus {margins.latency_p90:.0%}"
    return TailCriterion(TAILS[RECORDED], level, whose, stored=math.exp(stored))


def _budget(metric: Metric, limit: float, alpha: float) -> TailCriterion:
    # How far one process lies from the next is not recorded here.
    apart = student_quantile(alpha, math.inf) * OTHER_PROCESS
    level = TailLevel(
        limit=math.log(limit),
        sure=math.log(limit),
        late=math.log(limit) + apart,
        late_reference=apart - math.log(limit),
        share=1 - metric.place,
        beside_quantile=True,
        place=metric.place,
    )
    return TailCriterion(metric, level, "the budget", "budget")


def _verdict(timing: Timing | None, criterion: TailCriterion, alpha: float) -> Verdict:
    level = criterion.level
    measured = timing.percentiles.ratio(level.place) if timing and timing.percentiles else None
    undecided = Verdict(
        criterion.metric.name,
        Status.INCONCLUSIVE,
        None,
        criterion.stored,
        math.exp(level.limit),
        "not timed in this run",
        rule=criterion.rule,
    )
    if timing is None or timing.calls is None:
        return undecided
    if measured is None:
        few = f"fewer than {FEWEST_COUNTING} calls were undisturbed"
        return replace(undecided, reason=few, remedy=Remedy.LONGER)
    analysis = replayed(timing, level, alpha)
    status, reason = _said(analysis, criterion)
    return replace(
        undecided,
        status=status,
        measured=float(measured),
        limit=math.exp(level.limit + analysis.shift),
        reason=reason,
        evidence=_evidence(analysis, alpha),
        interval=measured.interval,
        visible=math.expm1(max(0.0, level.late - level.limit)),
        remedy={Status.FAILED: Remedy.ACCEPT, Status.INCONCLUSIVE: Remedy.LONGER}.get(status, Remedy.NONE),
    )


def _said(analysis: TailAnalysis, criterion: TailCriterion) -> tuple[Status, str]:
    if analysis.decision is Decision.WORSE:
        return Status.FAILED, f"its slower calls take longer than {criterion.whose}, and surely longer"
    if analysis.decision is Decision.FINE:
        beyond = analysis.estimate > criterion.level.limit
        return Status.PASSED, f"{AS_USUAL if beyond else 'within'} {criterion.whose}"
    return Status.INCONCLUSIVE, f"its slower calls take longer than {criterion.whose}, but this may be noise"


def _evidence(analysis: TailAnalysis, alpha: float) -> str:
    late = f"{analysis.late} of {analysis.calls} calls late, {analysis.late_reference} of the reference's"
    return f"{late}, p={analysis.p:.2g} where all looks are allowed {alpha:.2g}"
