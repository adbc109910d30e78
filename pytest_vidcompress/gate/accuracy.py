"""The rule for accuracy: the same clips, so paired; looked at clip by clip, so that most checks end early.

A check fails when the net loss is beyond its margin and the exact McNemar test says that it is no chance; it
passes before the last clip when a true drop of `Margins.top1_drop` is ruled out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..measure.interval import Estimate, share_interval
from ..measure.report import Report
from .baseline.same_clips import changed, mismatch, same_clips
from .baseline.stored import Paired, Stored, paired
from .budget import Budget, Margins
from .statistics import drop_chance, drop_interval, mcnemar, share_bounds, visible_drop
from .verdict import Status, Verdict

Enough = Callable[[Sequence[bool], Sequence[bool]], bool]
"""`(outcomes, agreements)` of the clips so far: do they decide everything?"""

STORE = "store it with --vc-baseline=create"
ROUNDING = 1e-9
"""0.92 - 0.90 is a little more than 0.02."""
ALL_CLIPS = frozenset({"top5_drop", "kl"})
"""Limits on what no count of clips bounds."""


def judge_accuracy(report: Report, stored: Stored | None, margins: Margins) -> Iterator[Verdict]:
    """Verdicts on top-1 and agreement, each against the stored outcomes of the same clips."""
    measured, clips = float(report.top1), f"{report.clips} clips"
    if stored is None:
        reason = f"{_below_floor(report, margins)}{STORE}"
        yield Verdict("top1", Status.NEW, measured, None, None, reason, clips, interval=report.top1.interval)
        return
    apart = mismatch(stored, report.identity)
    if apart is not None:
        reason = f"{apart.reason}; {apart.remedy}, or take these with --vc-baseline=accept"
        yield Verdict(
            "top1", Status.NEW, measured, stored.top1, None, reason, clips, interval=report.top1.interval
        )
        return
    pair = paired(stored, report)
    yield _verdict("top1", pair, _floor(report, stored, pair, margins), report, stored, margins)
    # Under random weights the two are one number; a reference agrees with itself.
    agreement = paired(stored, report, "agreements")
    if agreement.clips and report.accuracy.kind == "labels" and report.reference is not None:
        yield _verdict("agreement", agreement, 0.0, report, stored, margins)
    other = changed(stored, report.identity)
    if other:
        reason = f"{other}: not compared; take over what was measured with --vc-baseline=accept"
        yield Verdict("clips", Status.NEW, pair.clips, len(stored.clip_ids), None, reason, clips)


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
    fell = pair.before - pair.lost + pair.gained < floor - ROUNDING
    level = margins.top1_alpha if beyond else margins.floor_alpha
    if not last:
        level = min(level, margins.top1_interim)
    if (beyond or fell) and mcnemar(pair.lost, pair.gained) < level:
        return Status.FAILED
    if last:
        return None if beyond else Status.PASSED
    if beyond or fell:
        return None
    missed = drop_chance(pair.clips, pair.lost, pair.gained, margins.top1_drop)
    return Status.PASSED if missed <= margins.top1_miss else None


def stopping(
    stored: Stored | None, reference: Report, budget: Budget | None, margins: Margins | None = None
) -> Enough | None:
    """What tells an evaluation of `reference`'s clips, in their order, that it may end.

    It may when all that `judge` will say of accuracy is decided: one comparison with the baseline failed, or
    all passed, and every accuracy limit of the budget is met or broken but for a chance of `top1_miss`.

    Returns:
        None where all clips are needed: nothing is stored of them, or a limit is on what no count bounds.
    """
    limits = dict((budget or Budget()).limits())
    if stored is None or mismatch(stored, reference.identity) or not ALL_CLIPS.isdisjoint(limits):
        return None
    return _Watch(stored, reference, limits, margins or Margins()).enough


def budget_interval(report: Report, metric: str) -> tuple[float, float] | None:
    """95 % interval of what an accuracy limit is about; of a ratio with the reference's top-1 as measured."""
    reference = report.reference
    if metric in ("top1_drop", "top1_ratio") and reference is not None:
        pairs = list(zip(reference.accuracy.outcomes, report.accuracy.outcomes, strict=False))
        if not pairs:
            return None
        lost, gained = sum(was and not now for was, now in pairs), sum(now and not was for was, now in pairs)
        low, high = drop_interval(len(pairs), lost, gained)
        if metric == "top1_drop":
            return low, high
        return (1 - high / reference.top1, 1 - low / reference.top1) if reference.top1 else None
    value = getattr(report, metric, None) if metric in ("agreement", "kl") else None
    return value.interval if isinstance(value, Estimate) else None


class _Tally:
    """Counts outcomes then and now, clip by clip; a clip that was not there then does not count."""

    def __init__(self, then: Sequence[bool | None]) -> None:
        self.then = then
        self.clips = self.before = self.lost = self.gained = 0

    def add(self, position: int, now: bool) -> None:
        was = self.then[position]
        if was is not None:
            self.clips += 1
            self.before += was
            self.lost += was and not now
            self.gained += now and not was

    @property
    def pair(self) -> Paired:
        return Paired(self.clips, self.before, self.lost, self.gained)


class _Watch:
    """The counts behind `stopping`, so that a clip more costs no more than itself."""

    def __init__(
        self, stored: Stored, reference: Report, limits: Mapping[str, float], margins: Margins
    ) -> None:
        ids, labelled = reference.identity.clip_ids, reference.accuracy.kind == "labels"
        self.limits, self.margins, self.taken = limits, margins, 0
        same = same_clips(stored, reference.identity)
        right = {
            clip: was for clip, was in zip(stored.clip_ids, stored.outcomes, strict=False) if clip in same
        }
        known = zip(stored.clip_ids, stored.agreements, strict=False) if labelled else ()
        agreed = {clip: was for clip, was in known if clip in same}
        self.top1 = _Tally([right.get(clip) for clip in ids])
        self.agreement = _Tally([agreed.get(clip) for clip in ids])
        self.agreement_held = any(clip in agreed for clip in ids)
        self.reference = _Tally(reference.accuracy.outcomes)
        # What the floor is a share of: clips that the reference has right, among those with a stored outcome.
        self.floor_share = margins.floor if labelled else 0.0
        self.floor_counts = [
            was is not None and hit
            for was, hit in zip(self.top1.then, reference.accuracy.outcomes, strict=True)
        ]
        self.reference_right = self.agreed = 0

    def enough(self, outcomes: Sequence[bool], agreements: Sequence[bool]) -> bool:
        for position in range(self.taken, len(outcomes)):
            self.top1.add(position, outcomes[position])
            self.agreement.add(position, agreements[position])
            self.reference.add(position, outcomes[position])
            self.reference_right += self.floor_counts[position]
            self.agreed += agreements[position]
        self.taken = len(outcomes)
        return self._held() and all(self._within(metric, limit) for metric, limit in self.limits.items())

    def _held(self) -> bool:
        """One comparison with the baseline failed, or all passed."""
        pair = self.top1.pair
        floor = _held_floor(pair, self.floor_share * self.reference_right)
        said = [decide(pair, floor, False, self.margins)]
        if self.agreement_held:
            said.append(decide(self.agreement.pair, 0.0, False, self.margins))
        return Status.FAILED in said or None not in said

    def _within(self, metric: str, limit: float) -> bool:
        """Surely within or surely beyond the limit; so is whatever is not about accuracy."""
        miss, clips = self.margins.top1_miss, self.taken
        if metric == "agreement":
            low, high = share_bounds(self.agreed, clips, miss)
            return low >= limit or high < limit
        if metric == "top1_drop":
            return self._drop_decided(limit, limit, miss)
        if metric == "top1_ratio":
            # A share of the reference's top-1, which is itself uncertain: half the chance of a miss is for that.
            bounds = share_bounds(self.reference.before, clips, miss / 2)
            least, most = sorted((1 - limit) * bound for bound in bounds)
            return self._drop_decided(least, most, miss / 2)
        return True

    def _drop_decided(self, least: float, most: float, miss: float) -> bool:
        """The drop to the reference is surely below `least`, or surely above `most`."""
        clips, lost, gained = self.reference.clips, self.reference.lost, self.reference.gained
        return (
            drop_chance(clips, lost, gained, least) <= miss or drop_chance(clips, gained, lost, -most) <= miss
        )


def _verdict(
    metric: str, pair: Paired, floor: float, report: Report, stored: Stored, margins: Margins
) -> Verdict:
    """What the same clips gained says how much chance there is in what they lost."""
    stopped = report.clips < report.identity.sample
    # A check that stopped would have gone on to the last clip, had there been a drop.
    clips = max(pair.clips, min(report.identity.sample, len(stored.clip_ids))) if stopped else pair.clips
    chance = mcnemar(pair.lost, pair.gained)
    measured, low, high = share_interval(pair.before - pair.lost + pair.gained, pair.clips)
    before = pair.before / pair.clips
    visible = visible_drop(clips, (pair.lost + pair.gained) / pair.clips, margins.top1_alpha, margins.top1)
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
        f"{used}, {pair.lost} lost, {pair.gained} gained, p={chance:.2g}",
        interval=(low, high),
        visible=visible,
    )


def _reason(
    pair: Paired, floor: float, status: Status, stopped: bool, visible: float, margins: Margins
) -> str:
    fell = pair.before - pair.lost + pair.gained < floor - ROUNDING
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


def _floor(report: Report, stored: Stored, pair: Paired, margins: Margins) -> float:
    """Right clips that the floor asks for among the paired ones; 0 where it asks for none."""
    reference = report.reference
    if reference is None or report.accuracy.kind != "labels":
        return 0.0
    known = same_clips(stored, report.identity)
    right = sum(
        hit
        for clip, hit in zip(reference.identity.clip_ids, reference.accuracy.outcomes, strict=False)
        if clip in known
    )
    return _held_floor(pair, margins.floor * right)


def _held_floor(pair: Paired, floor: float) -> float:
    """A variant that was stored below the floor was accepted there."""
    return floor if pair.before >= floor - ROUNDING else 0.0


def _below_floor(report: Report, margins: Margins) -> str:
    reference = report.reference
    if reference is None or report.accuracy.kind != "labels":
        return ""
    if report.top1 >= margins.floor * reference.top1 - ROUNDING:
        return ""
    return f"below {100 * margins.floor:g} % of the reference's top-1 from the start; "
