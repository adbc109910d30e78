"""The rule for cold starts: the pairs are of fresh processes, and a verdict says which part of the start grew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ...measure.start.cold_start import PARTS, Start, parts_s
from ..baseline.recorded_runs import StoredStart
from ..baseline.stored import Baseline
from ..budget import Budget, Margins
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion
from .level import budget_level
from .pair_rule import Words, new, recorded_criterion, unmeasured, weighed

METRIC = "start_ratio"
WORDS = Words(
    METRIC,
    "slower to start",
    "faster to start",
    "pairs of starts",
    "not started in this run",
    Remedy.STARTS,
)
TELLING = 1 / 3
"""Of what the whole start grew, the least that a part is named for."""


def start_criteria(baseline: Baseline, budget: Budget | None, margins: Margins) -> tuple[Criterion, ...]:
    """Everything that a variant's cold start is held to."""
    stored = recorded_criterion(stored_start(baseline), margins.start)
    both = stored, _budget_criterion(budget or Budget())
    return tuple(criterion for criterion in both if criterion)


def stored_start(baseline: Baseline) -> StoredStart:
    """What is recorded on this machine class; without runs where nothing is."""
    return baseline.timing.start if baseline.timing else StoredStart()


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
    criterion = recorded_criterion(stored, margins.start)
    if criterion is None:
        yield new(start.pairs, stored, WORDS)
    else:
        yield weighed(start.pairs, criterion, alpha, WORDS, _beside_stored(start, stored))


def judge_start_budget(start: Start | None, budget: Budget, alpha: float) -> Verdict:
    """The verdict beside the test's own limit, which what cannot be started does not keep."""
    criterion = _budget_criterion(budget)
    assert criterion is not None  # a budget on it is what brings us here
    if start is None:
        return unmeasured(criterion, WORDS)
    if start.ratio is None:
        return _without_starts(start, None, criterion, "budget")
    return weighed(start.pairs, criterion, alpha, WORDS, _beside_reference(start))


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
