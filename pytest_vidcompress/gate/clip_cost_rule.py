"""The rule for MACs that depend on the clip: the same clips, so paired, by what each costs more than it did.

The same weights cost of the same clip what they did, on any machine but for a token or two. So a mean that is higher
beyond its margin is a failure, whatever the clips vary. Other weights may cost more of some clips and less of others
by chance: then it is one when a paired t test says that it is no chance too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import fmean

from ..measure.report import Report
from .baseline.clip_costs import ClipPairs
from .baseline.same_clips import mismatch
from .baseline.stored import Baseline, cost_pairs
from .budget import Margins
from .exact import judge_exact
from .metrics import Metric
from .pairing import ROUNDING
from .statistics import rise_chance, visible_rise
from .verdict import Remedy, Status, Verdict


def judge_clip_costs(
    metric: Metric, report: Report, baseline: Baseline, margins: Margins
) -> Iterator[Verdict]:
    """The verdict on MACs: clip by clip where they are stored so, else of the one number; none on MACs by clip of
    other clips, as top-1 says."""
    stored = baseline.stored
    if stored is None or not stored.clip_costs.macs:
        yield from judge_exact(metric, report, baseline, margins)
        return
    if mismatch(stored, report.identity):
        return
    pairs = cost_pairs(stored, report)
    if pairs is None:
        yield from judge_exact(metric, report, baseline, margins)
    elif pairs.then:
        yield _held(metric, report, pairs, margins)
    else:
        reason = "no clip that was counted is one of those that the baseline counted"
        yield Verdict(metric.name, Status.NEW, report.macs, None, None, reason, remedy=Remedy.ACCEPT)


def decide(pairs: ClipPairs, chance: float, margins: Margins) -> Status:
    """What the clips say.

    Args:
        chance: of so much more by other weights, as `rise_chance` says; nothing of it is chance by the same.
    """
    if pairs.rise <= margins.macs + ROUNDING:
        return Status.PASSED
    sure = pairs.same_weights or chance < margins.sure.macs_alpha
    return Status.FAILED if sure else Status.INCONCLUSIVE


def _held(metric: Metric, report: Report, pairs: ClipPairs, margins: Margins) -> Verdict:
    chance = rise_chance(pairs.rises)
    status = decide(pairs, chance, margins)
    visible = margins.macs
    if not pairs.same_weights:
        visible = visible_rise(pairs.then, pairs.rises, margins.sure.macs_alpha, margins.macs)
    reason = _reason(pairs, status, visible, margins)
    if not pairs.is_whole:
        reason += f"; on the {len(pairs.then)} clips that baseline and run both counted"
    then, own = fmean(pairs.then), report.cost.macs_of_clips
    return Verdict(
        metric.name,
        status,
        round(fmean(pairs.now)),
        round(then),
        math.floor(then * (1 + margins.macs)),
        reason,
        _evidence(pairs, chance),
        interval=own.mean.interval if own and pairs.is_whole else None,
        visible=visible,
        remedy=Remedy.ACCEPT if status is Status.FAILED else Remedy.NONE,
    )


def _reason(pairs: ClipPairs, status: Status, visible: float, margins: Margins) -> str:
    more = f"{100 * pairs.rise:.2f} % more than stored"
    if status is Status.FAILED and pairs.same_weights:
        return f"{more}, by the same weights on the same clips"
    if status is Status.FAILED:
        return f"{more}, beyond what chance explains"
    if status is Status.INCONCLUSIVE:
        seen = f"below {100 * visible:.1f} %" if math.isfinite(visible) else "at all"
        return f"{more}, which may be chance: {len(pairs.then)} clips show nothing {seen}"
    if not any(pairs.rises):
        return "as stored, clip by clip"
    return "fewer than stored" if pairs.rise < -ROUNDING else f"within {100 * margins.macs:g} % of stored"


def _evidence(pairs: ClipPairs, chance: float) -> str:
    dearer, cheaper = (sum(sign * each > 0 for each in pairs.rises) for sign in (1, -1))
    counted = f"{len(pairs.then)} clips, {dearer} dearer, {cheaper} cheaper"
    return counted if pairs.same_weights or not dearer + cheaper else f"{counted}, p={chance:.2g}"
