"""The rule for cold starts: a ratio fails when it is worse by more than its margin, and surely worse.

The sample is of pairs of fresh processes, one of the variant and one of its reference, weighed by the sequential test
that weighs blocks of calls. A verdict says which part of the start grew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ...measure.start.cold_start import PARTS, Start, parts_s
from ..baseline.stored import Baseline, StoredStart
from ..budget import Budget, Margins
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion
from .level import ENOUGH_RUNS, budget_level, start_level
from .rule import ruled_out
from .sequential_test import Analysis, Decision, analyse

METRIC = "start_ratio"
TELLING = 1 / 3
"""Of what the whole start grew, the least that a part is named for."""


def start_criteria(baseline: Baseline, budget: Budget | None, margins: Margins) -> tuple[Criterion, ...]:
    """Everything that a variant's cold start is held to."""
    both = _stored_criterion(baseline, margins), _budget_criterion(budget or Budget())
    return tuple(criterion for criterion in both if criterion)


def stored_start(baseline: Baseline) -> StoredStart:
    """What is recorded on this machine class; without runs where nothing is."""
    return baseline.timing.start if baseline.timing else StoredStart()


def _stored_criterion(baseline: Baseline, margins: Margins) -> Criterion | None:
    stored = stored_start(baseline)
    level = start_level(stored, margins.start)
    if level is None:
        return None
    whose = f"{len(stored.runs)} recorded runs plus {margins.start:.0%}"
    return Criterion(level, whose, stored=math.exp(level.log_ratio))


def _budget_criterion(budget: Budget) -> Criterion | None:
    limit = budget.limits.get(METRIC)
    return None if limit is None else Criterion(budget_level(limit), "the budget", "budget")


def judge_start(start: Start | None, baseline: Baseline, margins: Margins, alpha: float) -> Iterator[Verdict]:
    """The verdict beside the baseline; none of what was not asked for, or cannot be started and never could.

    Args:
        alpha: chance of a false failure.
    """
    stored = stored_start(baseline)
    if start is None or (start.absent and not stored.runs):
        return
    if start.ratio is None:
        yield _without_starts(start, stored.ratio, None, "baseline")
        return
    criterion = _stored_criterion(baseline, margins)
    if criterion:
        yield _weighed(start, criterion, alpha, _beside_stored(start, stored))
        return
    recorded = f"{len(stored.runs)} of {ENOUGH_RUNS} runs were" if stored.runs else "no run was"
    reason = f"{recorded} recorded on this machine class"
    pairs = f"{len(start.variant)} pairs of starts"
    yield Verdict(
        METRIC,
        Status.NEW,
        float(start.ratio),
        stored.ratio,
        None,
        reason,
        pairs,
        interval=start.ratio.interval,
        remedy=Remedy.CREATE,
    )


def judge_start_budget(start: Start | None, budget: Budget, alpha: float) -> Verdict:
    """The verdict beside the test's own limit, which what cannot be started does not keep."""
    criterion = _budget_criterion(budget)
    assert criterion is not None  # a budget on it is what brings us here
    if start is None:
        limit = math.exp(criterion.level.limit)
        return Verdict(
            METRIC, Status.INCONCLUSIVE, None, None, limit, "not started in this run", rule="budget"
        )
    if start.ratio is None:
        return _without_starts(start, None, criterion, "budget")
    return _weighed(start, criterion, alpha, _beside_reference(start))


def _without_starts(start: Start, stored: float | None, criterion: Criterion | None, rule: str) -> Verdict:
    """Of what failed in starting, or has nothing to start: a budget is then not kept."""
    limit = math.exp(criterion.level.limit) if criterion else None
    failed = bool(start.crash) or rule == "budget"
    reason = (
        f"it does not start: {start.crash}" if start.crash else f"no cold start to measure: {start.absent}"
    )
    return Verdict(
        METRIC,
        Status.FAILED if failed else Status.INCONCLUSIVE,
        None,
        stored,
        limit,
        reason,
        rule="budget" if rule == "budget" else "baseline",
    )


def _weighed(start: Start, criterion: Criterion, alpha: float, grown: str) -> Verdict:
    """What the pairs say.

    Args:
        grown: which parts take longer, in words.
    """
    seen = start.confirmation
    analysis = analyse(seen, criterion.level, alpha)
    status, reason = _decided(analysis, criterion, len(seen.quiet))
    if status is not Status.PASSED and grown:
        reason = f"{reason}: {grown}"
    remedy = Remedy.STARTS if status is Status.INCONCLUSIVE else Remedy.NONE
    if status is Status.FAILED and criterion.rule == "baseline":
        remedy = Remedy.ACCEPT
    shown = bool(analysis.blocks)
    disturbed = len(seen.turns) - len(seen.quiet)
    aside = f" ({disturbed} more disturbed)" if disturbed else ""
    chance = f", p={analysis.p:.2g} where all looks are allowed {alpha:.2g}" if shown else ""
    return Verdict(
        METRIC,
        status,
        math.exp(analysis.estimate) if shown else None,
        criterion.stored,
        math.exp(criterion.level.limit),
        reason,
        f"{len(seen.quiet)} pairs of starts{aside}{chance}",
        criterion.rule,
        interval=(math.exp(analysis.interval[0]), math.exp(analysis.interval[1])) if shown else None,
        visible=math.expm1(analysis.visible),
        ruled_out=ruled_out(analysis, criterion) if status is Status.PASSED else None,
        remedy=remedy,
    )


def _decided(analysis: Analysis, criterion: Criterion, quiet: int) -> tuple[Status, str]:
    if analysis.decision is Decision.WORSE:
        return Status.FAILED, f"slower to start than {criterion.whose}"
    if analysis.decision is Decision.FINE:
        faster = criterion.stored is not None and math.exp(analysis.interval[1]) < criterion.stored
        return Status.PASSED, "faster to start than stored" if faster else f"within {criterion.whose}"
    if not analysis.blocks:
        return Status.INCONCLUSIVE, f"{quiet} undisturbed pairs of starts are too few"
    if analysis.veto:
        return Status.INCONCLUSIVE, f"slower to start than {criterion.whose}, but {analysis.veto}"
    return Status.INCONCLUSIVE, f"not surely within {criterion.whose}, which may be noise"


def _beside_stored(start: Start, stored: StoredStart) -> str:
    """Which parts grew, as shares of the reference's start."""
    if not stored.shares:
        return ""
    named = _grown(start.shares, stored.shares)
    return "; ".join(
        f"{PARTS[part]} takes {start.shares[part]:.0%} of the reference's start, {stored.shares[part]:.0%} stored"
        for part in named
    )


def _beside_reference(start: Start) -> str:
    """Which parts take longer than the reference's."""
    own, other = parts_s(start.variant), parts_s(start.reference)
    return "; ".join(
        f"{PARTS[part]} takes {1e3 * own[part]:.0f} ms, the reference's {1e3 * other[part]:.0f} ms"
        for part in _grown(own, other)
    )


def _grown(now: Sequence[float], before: Sequence[float]) -> list[int]:
    """Places of the parts that grew most, the most first."""
    growth = [after - then for after, then in zip(now, before, strict=True)]
    whole = sum(each for each in growth if each > 0)
    telling = [part for part, each in enumerate(growth) if each > 0 and each >= TELLING * whole]
    return sorted(telling, key=lambda part: -growth[part])
