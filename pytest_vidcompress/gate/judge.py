"""Holds a report to its baseline and its budget: one verdict a metric, none for what was never measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..measure.report import Report
from .accuracy import budget_interval, judge_accuracy
from .baseline.stored import Baseline
from .budget import Budget, Margins
from .clip_cost_rule import judge_clip_costs
from .dear_clip_rule import judge_dear_clips
from .exact import judge_exact
from .latency.answer_rule import judge_answer, judge_answer_budget
from .latency.criterion import baseline_criterion, budget_criterion
from .latency.rule import judge_latency, no_criterion
from .latency.start_rule import judge_start, judge_start_budget
from .latency.tail_rule import judge_tail, judge_tail_budget
from .metrics import LIMITS, METRICS, REST, Form, Limit, Metric, Rule
from .pairing import ROUNDING
from .precision import computed_in_others
from .ranking_rule import judge_ranked
from .verdict import Status, Verdict


@dataclass(frozen=True)
class Terms:
    """What a report is held to, and how strictly."""

    baseline: Baseline
    margins: Margins
    against: str
    """The commit whose build `report.against` is timed against."""
    alpha: float
    """Chance of a false failure of one latency check."""


def judge(
    report: Report,
    baseline: Baseline,
    budget: Budget | None = None,
    margins: Margins | None = None,
    *,
    against: str = "",
    alpha: float | None = None,
) -> tuple[Verdict, ...]:
    """Verdicts in the order of the metrics: baseline first, then budget.

    Args:
        baseline: what is stored of this variant.
        against: the commit whose build `report.against` is timed against.
        alpha: chance of a false failure of one latency check; the margins' unless it shares with others.
    """
    margins = margins or Margins()
    terms = Terms(baseline, margins, against, margins.sure.latency_alpha if alpha is None else alpha)
    if report.clips == 0:
        return (Verdict("clips", Status.FAILED, 0, None, 1, "no clip was measured"),)
    return (*_held_to_baseline(report, terms), *_held_to_budget(report, budget or Budget(), terms))


def _held_to_baseline(report: Report, terms: Terms) -> Iterator[Verdict]:
    for verdict in judge_accuracy(report, terms.baseline.stored, terms.margins):
        yield replace(verdict, file=terms.baseline.file)
    for metric in METRICS.values():
        if metric.rule in RULES:
            for verdict in RULES[metric.rule](metric, report, terms):
                yield replace(verdict, file=terms.baseline.file_of(metric))


def _exact(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_exact(metric, report, terms.baseline, terms.margins)


def _by_clip(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_clip_costs(metric, report, terms.baseline, terms.margins)


def _dear(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_dear_clips(metric, report, terms.baseline, terms.margins)


def _ranked(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_ranked(metric, report, terms.baseline.stored, terms.margins)


def _searched(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    # The same variant in a test that does not search: that one is held to what it measures.
    return _ranked(metric, report, terms) if report.search else iter(())


def _latency(_: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    # A reference has nothing to be slower than.
    if report.reference is not None:
        criterion = baseline_criterion(terms.baseline, terms.margins, terms.against)
        # A build that cannot be timed is inconclusive, but one without this test is nothing to hold to.
        tried = report.timing and (report.timing.against or report.timing.unconfirmed)
        absent = criterion is not None and criterion.builds and not tried
        if criterion is None or absent:
            yield no_criterion(report, terms.baseline, terms.against)
        else:
            yield judge_latency(report, criterion, terms.alpha)


def _start(_: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_start(report.start, terms.baseline, terms.margins, terms.alpha)


def _answer(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_answer(metric, report.from_file, terms.baseline, terms.margins, terms.alpha)


def _tail(metric: Metric, report: Report, terms: Terms) -> Iterator[Verdict]:
    return judge_tail(metric, report, terms.baseline, terms.margins, terms.alpha)


RULES: Mapping[Rule | None, Callable[[Metric, Report, Terms], Iterator[Verdict]]] = {
    "ranked": _ranked,
    "searched": _searched,
    "exact": _exact,
    "by_clip": _by_clip,
    "dear": _dear,
    "timed": _latency,
    "started": _start,
    "tail": _tail,
    "answered": _answer,
}
"""Of a single metric; what is paired is counted clip by clip, all of it at once."""


def _held_to_budget(report: Report, budget: Budget, terms: Terms) -> Iterator[Verdict]:
    for name, value in budget.limits.items():
        limit = LIMITS[name]
        criterion = budget_criterion(budget) if limit.metric.rule == "timed" else None
        if limit.metric.rule == "started":
            yield judge_start_budget(report.start, budget, terms.alpha)
        elif limit.metric.rule == "tail":
            yield judge_tail_budget(limit.metric, report, value, terms.alpha)
        elif limit.metric.rule == "answered":
            yield judge_answer_budget(limit.metric, report.from_file, budget, terms.alpha)
        else:
            yield judge_latency(report, criterion, terms.alpha) if criterion else _spent(report, limit, value)


def _spent(report: Report, limit: Limit, most: float) -> Verdict:
    measured = limit.of(report)
    if measured is None:
        status, reason = Status.FAILED, "a budget was given, but the test measured nothing to hold to it"
    elif not _within(limit, measured, most):
        status, reason = Status.FAILED, f"{'below' if limit.at_least else 'above'} the budget"
    else:
        status, reason = Status.PASSED, "within the budget"
    interval = budget_interval(report, limit)
    precision = limit.metric.precision if status is Status.FAILED else ""
    evidence = computed_in_others(report, precision) if precision else ""
    return Verdict(limit.name, status, measured, None, most, reason, evidence, "budget", interval)


def _within(limit: Limit, measured: float, most: float) -> bool:
    """What is no number is within nothing."""
    if limit.metric.part and limit.form is Form.RATIO:
        # The artefact says what made it: a longer recipe is no larger model.
        return measured <= most * (1 + REST)
    return measured >= most - ROUNDING if limit.at_least else measured <= most + ROUNDING
