"""Holds a report to its baseline and its budget: one verdict a metric, none for what was never measured."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..measure.report import Report
from .baseline import Paired, Stored, StoredTiming, paired
from .budget import AT_LEAST, Budget, Margins
from .latency import budget_latency, hold_latency
from .statistics import mcnemar, smallest_visible_drop
from .verdict import Status, Verdict

STORE = "store it with --vc-baseline=create"
DESCRIPTION = 1e-3
"""Share of an artefact that its own JSON may differ by when a budget is on the ratio."""
NOTHING_CHANGED = 1e-9
"""0.92 - 0.90 is a little more than 0.02."""


def judge(
    report: Report,
    stored: Stored | None,
    timing: StoredTiming | None,
    budget: Budget | None = None,
    margins: Margins | None = None,
) -> tuple[Verdict, ...]:
    """Verdicts in the order of the metrics: baseline first, then budget. KL only informs.

    `stored` and `timing` are the baseline's entries of this variant, None where there is none.
    """
    margins = margins or Margins()
    if report.clips == 0:
        return (Verdict("clips", Status.FAILED, 0, None, 1, "no clip was measured"),)
    return (
        *_accuracy(report, stored, margins),
        *_exact("size_bytes", report.size_bytes, stored and stored.size_bytes, "larger", "smaller"),
        *_exact("macs", report.macs, stored and stored.macs, "more", "fewer"),
        *_sparsity(report, stored, margins),
        *_machine(report, timing, margins),
        *_budget(report, budget or Budget(), margins),
    )


def _accuracy(report: Report, stored: Stored | None, margins: Margins) -> Iterator[Verdict]:
    measured, clips = float(report.top1), f"{report.clips} clips"
    if stored is None:
        yield Verdict("top1", Status.NEW, measured, None, None, STORE, clips)
        return
    pair = paired(stored, report)
    if pair.clips == 0:
        reason = "the baseline was made on other clips; take these with --vc-baseline=accept"
        yield Verdict("top1", Status.NEW, measured, stored.top1, None, reason, clips)
        return
    yield _paired("top1", pair, report, stored, margins)
    # Under random weights the two are one number; a reference agrees with itself.
    agreement = paired(stored, report, "agreements")
    if agreement.clips and report.accuracy_kind == "labels" and report.reference is not None:
        yield _paired("agreement", agreement, report, stored, margins)


def _paired(metric: str, pair: Paired, report: Report, stored: Stored, margins: Margins) -> Verdict:
    """What the same clips gained says how much chance there is in what they lost."""

    chance = mcnemar(pair.lost, pair.gained)
    before = pair.before / pair.clips
    after = (pair.before - pair.lost + pair.gained) / pair.clips
    evidence = f"{pair.clips} clips, {pair.lost} lost, {pair.gained} gained, p={chance:.2g}"
    if pair.drop <= margins.top1 + NOTHING_CHANGED:
        status = Status.PASSED
        reason = "better than stored" if pair.drop < 0 else f"within {100 * margins.top1:g} points of stored"
    elif chance < margins.top1_alpha:
        status, reason = Status.FAILED, f"lost {100 * pair.drop:.2f} points, more than chance explains"
    else:
        visible = smallest_visible_drop(pair.clips, margins.top1_alpha)
        seen = f"below {100 * visible:.1f} points" if math.isfinite(visible) else "at all"
        status = Status.INCONCLUSIVE
        reason = (
            f"lost {100 * pair.drop:.2f} points, which may be chance: {pair.clips} clips show nothing {seen}"
        )
    if pair.clips < max(report.clips, len(stored.clip_ids)):
        reason += f"; on the {pair.clips} clips that baseline and run share"
    return Verdict(metric, status, after, before, before - margins.top1, reason, evidence)


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
    limit = None if before is None else before - margins.sparsity
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


def _machine(report: Report, timing: StoredTiming | None, margins: Margins) -> Iterator[Verdict]:
    # A reference has nothing to be slower than.
    if report.reference is not None:
        yield hold_latency(report, timing, margins)
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


def _budget(report: Report, budget: Budget, margins: Margins) -> Iterator[Verdict]:
    for metric, limit in budget.limits():
        if metric == "latency_ratio":
            yield budget_latency(report, limit, margins)
            continue
        measured = _spent(report, metric)
        if measured is None:
            status, reason = Status.FAILED, "a budget was given, but the test measured nothing to hold to it"
        elif _beyond(metric, measured, limit):
            below = metric in AT_LEAST
            status, reason = Status.FAILED, f"{'below' if below else 'above'} the budget"
        else:
            status, reason = Status.PASSED, "within the budget"
        yield Verdict(metric, status, measured, None, limit, reason, rule="budget")


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
    return measured < limit - NOTHING_CHANGED if metric in AT_LEAST else measured > limit + NOTHING_CHANGED
