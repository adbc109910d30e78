"""The rule for accuracy: the same clips, so paired; looked at clip by clip, so that most checks end early.

A check fails when the net loss is beyond its margin and the exact McNemar test says that it is no chance; it
passes before the last clip when a true drop of `Certainty.top1_drop` is ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..measure.interval import Estimate, share_interval
from ..measure.report import Report
from .baseline.same_clips import changed, mismatch
from .baseline.stored import Stored, pairing
from .budget import Budget, Margins
from .metrics import Form, Limit
from .pairing import ROUNDING, Paired, Pairing
from .statistics import drop_chance, drop_interval, mcnemar, share_bounds, visible_drop
from .verdict import UNSTORED, Remedy, Status, Verdict

Enough = Callable[[Sequence[bool], Sequence[bool]], bool]
"""`(outcomes, agreements)` of the clips so far: do they decide everything?"""

ALL_CLIPS = frozenset({"top5_drop", "kl"})
"""Limits on what no count of clips bounds. How several labels of clips are ranked takes all clips anyway."""


def judge_accuracy(report: Report, stored: Stored | None, margins: Margins) -> Iterator[Verdict]:
    """Verdicts on top-1 and agreement, each against the stored outcomes of the same clips."""
    apart = mismatch(stored, report.identity) if stored else None
    if stored is None or apart:
        yield _new(report, stored, apart and f"{apart.reason}; {apart.remedy}", margins)
        return
    top1 = _top1(stored, report, report.reference, margins).add_all(report.accuracy.outcomes)
    yield _verdict("top1", top1, report, stored, margins)
    # Under random weights the two are one number; a reference agrees with itself.
    agreement = pairing(stored, report.identity, "agreements").add_all(report.accuracy.agreements)
    if agreement.counts.clips and report.accuracy.kind == "labels" and report.reference is not None:
        yield _verdict("agreement", agreement, report, stored, margins)
    other = changed(stored, report.identity)
    if other:
        reason = f"{other}: not compared; take over what was measured with --vc-baseline=accept"
        clips = top1.counts.clips, len(stored.clip_ids)
        yield Verdict(
            "clips", Status.NEW, *clips, None, reason, f"{report.clips} clips", remedy=Remedy.ACCEPT
        )


def _new(report: Report, stored: Stored | None, apart: str | None, margins: Margins) -> Verdict:
    """Of a variant that nothing comparable is stored of."""
    reason = f"{apart}, or take these with --vc-baseline=accept" if apart else UNSTORED
    return Verdict(
        "top1",
        Status.NEW,
        float(report.top1),
        stored.numbers["top1"] if stored else None,
        None,
        reason if apart else f"{_below_floor(report, margins)}{reason}",
        f"{report.clips} clips",
        interval=report.top1.interval,
        remedy=Remedy.ACCEPT if apart else Remedy.CREATE,
    )


def decide(pair: Paired, floor: float, last: bool, margins: Margins) -> Status | None:
    """FAILED or PASSED where these clips are enough to say so, None where they are not, as without any.

    Args:
        pair: outcomes then and now.
        floor: right clips that there must be, 0 for no floor.
        last: there are no more clips.
    """
    if pair.clips == 0:
        return None
    beyond = pair.lost - pair.gained > margins.top1 * pair.clips + ROUNDING
    fell = pair.now < floor - ROUNDING
    level = margins.sure.top1_alpha if beyond else margins.sure.floor_alpha
    if not last:
        level = min(level, margins.sure.top1_interim)
    if (beyond or fell) and mcnemar(pair.lost, pair.gained) < level:
        return Status.FAILED
    if last:
        return None if beyond else Status.PASSED
    if beyond or fell:
        return None
    missed = drop_chance(pair.clips, pair.lost, pair.gained, margins.sure.top1_drop)
    return Status.PASSED if missed <= margins.sure.top1_miss else None


def stopping(
    stored: Stored | None, reference: Report, budget: Budget | None, margins: Margins | None = None
) -> Enough | None:
    """What tells an evaluation of `reference`'s clips, in their order, that it may end.

    It may when all that `judge` will say of accuracy is decided: one comparison with the baseline failed, or
    all passed, and every accuracy limit of the budget is met or broken but for a chance of `top1_miss`.

    Returns:
        None where all clips are needed: nothing is stored of them, they may have several labels, or a limit is on
        what no count bounds.
    """
    limits = (budget or Budget()).limits
    if reference.accuracy.several_labels or not ALL_CLIPS.isdisjoint(limits):
        return None
    if stored is None or mismatch(stored, reference.identity):
        return None
    return _Watch(stored, reference, limits, margins or Margins()).enough


def budget_interval(report: Report, limit: Limit) -> tuple[float, float] | None:
    """95 % interval of what a limit without a rule of its own is about; of a ratio with the reference as measured."""
    reference = report.reference
    if limit.metric.name == "top1" and reference is not None:
        pair = Pairing(reference.accuracy.outcomes).add_all(report.accuracy.outcomes).counts
        if pair.clips == 0:
            return None
        low, high = drop_interval(pair.clips, pair.lost, pair.gained)
        if limit.form is Form.DROP:
            return low, high
        return (1 - high / reference.top1, 1 - low / reference.top1) if reference.top1 else None
    if limit.form is Form.RATIO and reference is not None:
        own, other = limit.metric.of(report), limit.metric.of(reference)
        return (own.low / other, own.high / other) if isinstance(own, Estimate) and other else None
    if limit.metric.rule == "searched" and limit.form is Form.DROP:
        drop = report.search and report.search.drops.get(limit.metric.name)
        return drop.interval if drop else None
    # What a report measures of it has the limit's name, so do drops of what is ranked.
    value = getattr(report, limit.name, None)
    return value.interval if isinstance(value, Estimate) else None


class _Watch:
    """The counts behind `stopping`, so that a clip more costs no more than itself."""

    def __init__(
        self, stored: Stored, reference: Report, limits: Mapping[str, float], margins: Margins
    ) -> None:
        self._limits, self._margins, self._taken = limits, margins, 0
        self._top1 = _top1(stored, reference, reference, margins)
        self._agreement = pairing(stored, reference.identity, "agreements")
        labelled = reference.accuracy.kind == "labels"
        self._agreement_counts = labelled and not self._agreement.empty
        self._beside_reference = Pairing(reference.accuracy.outcomes)
        self._agreed = Pairing([True] * len(reference.identity.clip_ids))

    def enough(self, outcomes: Sequence[bool], agreements: Sequence[bool]) -> bool:
        for each in (self._top1, self._beside_reference):
            each.add_all(outcomes[self._taken :])
        for each in (self._agreement, self._agreed):
            each.add_all(agreements[self._taken :])
        self._taken = len(outcomes)
        return self._decided() and all(self._within(metric, limit) for metric, limit in self._limits.items())

    def _decided(self) -> bool:
        """One comparison with the baseline failed, or all passed."""
        compared = (self._top1, self._agreement) if self._agreement_counts else (self._top1,)
        statuses = [decide(each.counts, each.floor, False, self._margins) for each in compared]
        return Status.FAILED in statuses or None not in statuses

    def _within(self, metric: str, limit: float) -> bool:
        """Surely within or surely beyond the limit; so is whatever is not about accuracy."""
        miss, clips = self._margins.sure.top1_miss, self._taken
        if metric == "agreement":
            low, high = share_bounds(self._agreed.counts.now, clips, miss)
            return low >= limit or high < limit
        if metric == "top1_drop":
            return self._drop_decided(limit, limit, miss)
        if metric == "top1_ratio":
            # A share of the reference's top-1, which is itself uncertain: half the chance of a miss is for that.
            bounds = share_bounds(self._beside_reference.counts.before, clips, miss / 2)
            least, most = sorted((1 - limit) * bound for bound in bounds)
            return self._drop_decided(least, most, miss / 2)
        return True

    def _drop_decided(self, least: float, most: float, miss: float) -> bool:
        """The drop to the reference is surely below `least`, or surely above `most`."""
        pair = self._beside_reference.counts
        below = drop_chance(pair.clips, pair.lost, pair.gained, least) <= miss
        return below or drop_chance(pair.clips, pair.gained, pair.lost, -most) <= miss


def _top1(stored: Stored, now: Report, reference: Report | None, margins: Margins) -> Pairing:
    """With the floor, which is about right answers: under random weights there are none."""
    labelled = now.accuracy.kind == "labels" and reference is not None
    return pairing(stored, now.identity, "outcomes", reference, margins.floor if labelled else 0.0)


def _verdict(metric: str, both: Pairing, report: Report, stored: Stored, margins: Margins) -> Verdict:
    """What the same clips gained says how much chance there is in what they lost."""
    pair, floor, stopped = both.counts, both.floor, report.clips < report.sample
    # A check that stopped would have gone on to the last clip, had there been a drop.
    clips = max(pair.clips, min(report.sample, len(stored.clip_ids))) if stopped else pair.clips
    measured, low, high = share_interval(pair.now, pair.clips)
    before = pair.before / pair.clips
    visible = visible_drop(
        clips, (pair.lost + pair.gained) / pair.clips, margins.sure.top1_alpha, margins.top1
    )
    visible = visible if visible <= before else math.inf
    status = decide(pair, floor, not stopped, margins) or Status.INCONCLUSIVE
    used = f"{pair.clips} of {clips} clips" if pair.clips < clips else f"{clips} clips"
    reason = _reason(pair, floor, status, stopped, visible, margins)
    if pair.clips < report.clips or (not stopped and pair.clips < len(stored.clip_ids)):
        reason += f"; on the {pair.clips} clips that baseline and run share"
    return Verdict(
        metric,
        status,
        measured,
        before,
        max(before - margins.top1, floor / pair.clips),
        reason,
        f"{used}, {pair.lost} lost, {pair.gained} gained, p={mcnemar(pair.lost, pair.gained):.2g}",
        interval=(low, high),
        visible=visible,
        remedy=Remedy.ACCEPT if status is Status.FAILED else Remedy.NONE,
    )


def _reason(
    pair: Paired, floor: float, status: Status, stopped: bool, visible: float, margins: Margins
) -> str:
    fell = pair.now < floor - ROUNDING
    beyond = pair.drop > margins.top1 + ROUNDING
    under = f"below {100 * margins.floor:g} % of the reference's top-1"
    if status is Status.FAILED:
        said = f"lost {100 * pair.drop:.2f} points, more than chance explains"
        return f"{said}: {under}, which it had reached" if fell and not beyond else said
    if status is Status.INCONCLUSIVE and not stopped:
        seen = f"below {100 * visible:.1f} points" if math.isfinite(visible) else "at all"
        return (
            f"lost {100 * pair.drop:.2f} points, which may be chance: {pair.clips} clips show nothing {seen}"
        )
    if status is Status.INCONCLUSIVE:
        return f"{100 * -pair.drop:+.2f} points when the run was over: another metric had failed"
    said = "better than stored" if pair.drop < 0 else f"within {100 * margins.top1:g} points of stored"
    return f"{said}; {under}, which may be chance" if fell else said


def _below_floor(report: Report, margins: Margins) -> str:
    reference = report.reference
    if reference is None or report.accuracy.kind != "labels":
        return ""
    if report.top1 >= margins.floor * reference.top1 - ROUNDING:
        return ""
    return f"below {100 * margins.floor:g} % of the reference's top-1 from the start; "
