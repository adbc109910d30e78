"""Holds a report to its baseline and its budget: one verdict a metric, none for what was never measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ..measure.report import Report
from .accuracy import ROUNDING, STORE, budget_interval, judge_accuracy
from .baseline.stored import Stored, StoredTiming
from .budget import AT_LEAST, Budget, Margins
from .latency.criterion import baseline_criterion, budget_criterion
from .latency.rule import judge_latency, no_criterion
from .verdict import Status, Verdict

DESCRIPTION = 1e-3
"""Share of an artefact that its own JSON may differ by when a budget is on the ratio."""


def judge(
    report: Report,
    stored: Stored | None,
    timing: StoredTiming | None,
    budget: Budget | None = None,
    margins: Margins | None = None,
    *,
    peers: Iterable[StoredTiming] = (),
    against: str = "",
    alpha: float | None = None,
) -> tuple[Verdict, ...]:
    """Verdicts in the order of the metrics: baseline first, then budget. KL only informs.

    Args:
        stored: the baseline's entry of this variant, None where there is none.
        timing: likewise, of this machine class.
        peers: the entries of all variants on this machine class.
        against: the commit whose build `report.against` is timed against.
        alpha: chance of a false failure of one latency check; the margins' unless it shares with others.
    """
    margins = margins or Margins()
    alpha = margins.latency_alpha if alpha is None else alpha
    if report.clips == 0:
        return (Verdict("clips", Status.FAILED, 0, None, 1, "no clip was measured"),)
    return (
        *judge_accuracy(report, stored, margins),
        *_exact("size_bytes", report.size_bytes, stored and stored.size_bytes, "larger", "smaller"),
        *_exact("macs", report.macs, stored and stored.macs, "more", "fewer"),
        *_sparsity(report, stored, margins),
        *_latency(report, timing, peers, against, margins, alpha),
        *_memory(report, timing, margins),
        *_budget(report, budget or Budget(), alpha),
    )


def _exact(
    metric: str, measured: int | None, stored: int | None, worse: str, better: str
) -> Iterator[Verdict]:
    """Size and MACs have no noise, so one byte more is more."""
    if measured is None and stored is None:
        return
    if measured is None:
        status, reason = Status.FAILED, "stored, but measured nothing in this run"
    elif stored is None:
        status, reason = Status.NEW, STORE
    elif measured > stored:
        status, reason = Status.FAILED, f"{worse} than stored"
    else:
        status, reason = Status.PASSED, f"{better} than stored" if measured < stored else "as stored"
    yield Verdict(metric, status, measured, stored, stored, reason)


def _sparsity(report: Report, stored: Stored | None, margins: Margins) -> Iterator[Verdict]:
    """Fewer zeros: the compression got weaker."""
    measured, before = report.sparsity, stored.sparsity if stored else None
    if measured is None and before is None:
        return
    limit = None if before is None else max(0.0, before - margins.sparsity)
    if measured is None:
        status, reason = Status.FAILED, "stored, but measured nothing in this run"
    elif before is None or limit is None:
        status, reason = Status.NEW, STORE
    elif measured < limit:
        status, reason = Status.FAILED, "fewer zeros than stored: the compression got weaker"
    else:
        better = measured > before + margins.sparsity
        status, reason = Status.PASSED, "more zeros than stored" if better else "as stored"
    yield Verdict("sparsity", status, measured, before, limit, reason)


def _latency(
    report: Report,
    timing: StoredTiming | None,
    peers: Iterable[StoredTiming],
    against: str,
    margins: Margins,
    alpha: float,
) -> Iterator[Verdict]:
    # A reference has nothing to be slower than.
    if report.reference is not None:
        hold = baseline_criterion(timing, peers, against, margins)
        # A build that cannot be timed is inconclusive, but one without this test is nothing to hold to.
        tried = report.timing and (report.timing.against or report.timing.unconfirmed)
        absent = hold is not None and hold.builds and not tried
        if hold is None or absent:
            yield no_criterion(report, timing, against)
        else:
            yield judge_latency(report, hold, alpha)


def _memory(report: Report, timing: StoredTiming | None, margins: Margins) -> Iterator[Verdict]:
    measured, stored = report.peak_memory_bytes, timing.peak_memory_bytes if timing else None
    if measured is None and stored is None:
        return
    limit = None if stored is None else stored * (1 + margins.memory)
    if measured is None:
        status, reason = Status.INCONCLUSIVE, "not measured in this run"
    elif stored is None or limit is None:
        status, reason = Status.NEW, f"nothing is stored for this machine class; {STORE}"
    elif measured > limit:
        status, reason = Status.FAILED, f"more than stored plus {margins.memory:.0%}"
    else:
        status, reason = (
            Status.PASSED,
            "less than stored" if measured < stored else "as stored, within the margin",
        )
    yield Verdict("peak_memory_bytes", status, measured, stored, limit, reason)


def _budget(report: Report, budget: Budget, alpha: float) -> Iterator[Verdict]:
    hold = budget_criterion(budget)
    for metric, limit in budget.limits():
        if hold and metric == "latency_ratio":
            yield judge_latency(report, hold, alpha)
            continue
        measured = _spent(report, metric)
        if measured is None:
            status, reason = Status.FAILED, "a budget was given, but the test measured nothing to hold to it"
        elif _beyond(metric, measured, limit):
            below = metric in AT_LEAST
            status, reason = Status.FAILED, f"{'below' if below else 'above'} the budget"
        else:
            status, reason = Status.PASSED, "within the budget"
        spread = budget_interval(report, metric)
        yield Verdict(metric, status, measured, None, limit, reason, rule="budget", interval=spread)


def _spent(report: Report, metric: str) -> float | None:
    """The number that a limit is about."""
    if metric == "top5_drop":
        return 0.0 if report.reference is None else report.reference.top5 - report.top5
    if metric == "peak_memory_ratio":
        return report.memory_ratio
    value: float | None = getattr(report, metric)
    return None if value is None else float(value)


def _beyond(metric: str, measured: float, limit: float) -> bool:
    if math.isnan(measured):
        return True
    if metric == "size_ratio":
        # The artefact says what made it: a longer recipe is no larger model.
        return measured > limit * (1 + DESCRIPTION)
    return measured < limit - ROUNDING if metric in AT_LEAST else measured > limit + ROUNDING
