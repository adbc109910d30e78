"""The rule for the clips that cost most: p95 of the same clips' MACs, as the rule for the mean holds their mean.

A mean hides a few clips that came to cost much more. By the same weights a p95 that is higher beyond its margin is a
failure; by other weights it is one when surely more clips became dear than ceased to be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..measure.interval import quantile
from ..measure.report import Report
from .baseline.clip_costs import DEAR, ClipPairs
from .baseline.same_clips import mismatch
from .baseline.stored import Baseline, cost_pairs
from .budget import Margins
from .metrics import Metric
from .pairing import ROUNDING
from .statistics import mcnemar, turning_point
from .verdict import Remedy, Status, Verdict

MOST_VISIBLE = 100.0
"""Relative rise beyond which none is looked for."""


def judge_dear_clips(
    metric: Metric, report: Report, baseline: Baseline, margins: Margins
) -> Iterator[Verdict]:
    """The verdict on p95; none where MACs are not stored clip by clip, or were counted of none of these clips."""
    stored = baseline.stored
    if stored is None or mismatch(stored, report.identity):
        return
    pairs = cost_pairs(stored, report)
    if pairs and pairs.then:
        yield _held(metric, pairs, margins)


@dataclass(frozen=True)
class DearClips:
    """Clips that cost more than nearly all did."""

    limit: float
    """Of p95: as stored, plus its margin. A clip beyond is dear."""
    became: int
    ceased: int
    p95: float
    """Now."""

    @classmethod
    def of(cls, pairs: ClipPairs, margin: float) -> DearClips:
        limit = (1 + margin) * quantile(pairs.then, DEAR)
        both = [(was > limit, is_ > limit) for was, is_ in zip(pairs.then, pairs.now, strict=True)]
        became, ceased = both.count((False, True)), both.count((True, False))
        return cls(limit, became, ceased, quantile(pairs.now, DEAR))

    def decide(self, same_weights: bool, margins: Margins) -> Status:
        """What they say."""
        if self.p95 <= self.limit * (1 + ROUNDING):
            return Status.PASSED
        sure = same_weights or self.chance < margins.sure.macs_alpha
        return Status.FAILED if sure else Status.INCONCLUSIVE

    @property
    def chance(self) -> float:
        """Of so many that became dear, were becoming and ceasing equally likely."""
        return mcnemar(self.became, self.ceased)


def _held(metric: Metric, pairs: ClipPairs, margins: Margins) -> Verdict:
    clips, then = DearClips.of(pairs, margins.macs_p95), quantile(pairs.then, DEAR)
    status = clips.decide(pairs.same_weights, margins)
    counted = f"{len(pairs.then)} clips, {clips.became} became dear, {clips.ceased} ceased to be"
    return Verdict(
        metric.name,
        status,
        clips.p95,
        then,
        math.floor(clips.limit),
        _reason(pairs, status, margins),
        counted
        if pairs.same_weights or not clips.became + clips.ceased
        else f"{counted}, p={clips.chance:.2g}",
        visible=visible_p95_rise(pairs, margins),
        remedy=Remedy.ACCEPT if status is Status.FAILED else Remedy.NONE,
    )


def _reason(pairs: ClipPairs, status: Status, margins: Margins) -> str:
    rise = pairs.dear_rise
    more = f"the dearest clips cost {100 * rise:.2f} % more than stored"
    if status is Status.FAILED and pairs.same_weights:
        return f"{more}, by the same weights"
    if status is Status.FAILED:
        return f"{more}, and surely more clips do"
    if status is Status.INCONCLUSIVE:
        return f"{more}, which may be chance"
    if not rise:
        return "as stored"
    return "fewer than stored" if rise < 0 else f"within {100 * margins.macs_p95:g} % of stored"


def visible_p95_rise(pairs: ClipPairs, margins: Margins) -> float:
    """The smallest rise, relative and of every clip alike, that fails; infinite if none does."""

    def fails(rise: float) -> bool:
        dearer = ClipPairs(
            pairs.then, [round((1 + rise) * was) for was in pairs.then], pairs.same_weights, True
        )
        return DearClips.of(dearer, margins.macs_p95).decide(pairs.same_weights, margins) is Status.FAILED

    return turning_point(0.0, MOST_VISIBLE, fails, 1e-4) if fails(MOST_VISIBLE) else math.inf
