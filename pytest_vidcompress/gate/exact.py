"""The rule for numbers without chance, such as bytes: no worse than stored, beyond what is no difference."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..measure.report import Report
from .baseline.stored import Baseline
from .budget import Margins
from .metrics import REST, Metric, is_nothing, quantity
from .precision import fallen_back
from .verdict import UNSTORED, Remedy, Status, Verdict


def judge_exact(metric: Metric, report: Report, baseline: Baseline, margins: Margins) -> Iterator[Verdict]:
    """The verdict on one metric; none where it is neither stored nor measured."""
    measured, stored = metric.of(report), baseline.number(metric)
    limit = None if stored is None else _limit(metric, report, baseline, margins)
    remedy, evidence = Remedy.NONE, ""
    if measured is None and stored is None:
        return
    if is_nothing(metric.name, measured) and stored is None:
        return
    if measured is None:
        status, reason = _missing(metric)
    elif stored is None or limit is None:
        status, reason, remedy = Status.NEW, UNSTORED, Remedy.CREATE
        if metric.kind == "machine":
            reason = "nothing is stored for this machine class"
    else:
        worse = _part_is_worse(metric, report, baseline) or _worse_than(metric, measured, limit, margins)
        status, reason = (
            (Status.FAILED, worse) if worse else (Status.PASSED, _as_stored(metric, measured, stored))
        )
        remedy = Remedy.ACCEPT if worse else Remedy.NONE
        evidence = _fallen_back(metric, report, baseline) if worse else ""
    yield Verdict(metric.name, status, measured, stored, limit, reason, evidence, remedy=remedy)


def _fallen_back(metric: Metric, report: Report, baseline: Baseline) -> str:
    """Of a share of MACs, the layers that no longer count among it."""
    if not metric.precision:
        return ""
    stored = baseline.timing.layers.get(metric.precision, ()) if baseline.timing else ()
    return fallen_back(report, metric.precision, stored)


def _limit(metric: Metric, report: Report, baseline: Baseline, margins: Margins) -> float:
    """The worst value that is still no worse than stored."""
    stored = baseline.number(metric)
    assert stored is not None
    share = getattr(margins, metric.margin) if metric.margin else 0.0
    if _parts(metric, report, baseline):
        share = REST
    elif metric.name == "macs" and report.cost.macs_by_clip:
        share = margins.macs
    if metric.better == "higher":
        return max(0.0, stored - share * stored - metric.slack)
    limit = stored + share * stored + metric.slack
    return math.floor(limit) if metric.unit.whole else limit


def _parts(metric: Metric, report: Report, baseline: Baseline) -> tuple[float, float] | None:
    """The metric's part as measured and as stored, where both are known."""
    measured = metric.part_of(report)
    stored = baseline.part(metric) if metric.part else None
    return None if measured is None or stored is None else (measured, stored)


def _part_is_worse(metric: Metric, report: Report, baseline: Baseline) -> str:
    """Why, in words; empty where it is not."""
    parts = _parts(metric, report, baseline)
    if parts is None or parts[0] <= parts[1]:
        return ""
    now, before = (quantity(metric.name, part) for part in parts)
    return f"{metric.part} {metric.word(is_better=False)} than stored: {now}, stored {before}"


def _worse_than(metric: Metric, measured: float, limit: float, margins: Margins) -> str:
    """Why, in words; empty where it is within the limit. What is no number is within nothing."""
    if measured >= limit if metric.better == "higher" else measured <= limit:
        return ""
    beyond = f" plus {getattr(margins, metric.margin):.0%}" if metric.margin else ""
    return f"{metric.word(is_better=False)} than stored{beyond}" + (
        f": {metric.meaning}" if metric.meaning else ""
    )


def _as_stored(metric: Metric, measured: float, stored: float) -> str:
    better = measured - stored if metric.better == "higher" else stored - measured
    if better > metric.slack:
        return f"{metric.word(is_better=True)} than stored"
    return "as stored, within the margin" if -better > metric.slack else "as stored"


def _missing(metric: Metric) -> tuple[Status, str]:
    if metric.kind == "machine":
        return Status.INCONCLUSIVE, "not measured in this run"
    return Status.FAILED, "stored, but measured nothing in this run"
