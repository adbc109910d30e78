"""The rule for what is ranked, labels of clips and clips by their embeddings: the same clips, so paired, by what each
contributes.

A check fails when the number is lower than stored by more than its margin, and by more than chance explains: by a
bootstrap of what the clips contribute, and where each finds something or does not, by the exact McNemar test.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from ..measure.report import Report
from .baseline.same_clips import mismatch, same_clips
from .baseline.stored import Stored, contributions
from .budget import Margins
from .metrics import Metric
from .pairing import ROUNDING
from .statistics import bootstrap_chance, mcnemar, visible_loss
from .verdict import UNSTORED, Remedy, Status, Verdict


def judge_ranked(
    metric: Metric, report: Report, stored: Stored | None, margins: Margins
) -> Iterator[Verdict]:
    """The verdict on one metric; none where it is neither stored nor measured, or of other clips, as top-1 says."""
    if stored is None or mismatch(stored, report.identity):
        return
    measured, known = metric.of(report), metric.name in stored.contributions
    if measured is not None and known:
        yield _held(metric, report, _Pairs.of(metric.name, report, stored), margins)
    elif known:
        reason = "stored, but measured nothing in this run"
        yield Verdict(metric.name, Status.FAILED, None, stored.numbers.get(metric.name), None, reason)
    elif measured is not None:
        evidence, interval = f"{report.clips} clips", measured.interval
        yield Verdict(
            metric.name,
            Status.NEW,
            float(measured),
            None,
            None,
            UNSTORED,
            evidence,
            interval=interval,
            remedy=Remedy.CREATE,
        )


@dataclass(frozen=True)
class _Pairs:
    """What the clips of both contribute, then and now."""

    before: Sequence[float]
    after: Sequence[float]
    stored: float
    """The number itself: of all clips as it was stored, of some the mean of what they contribute."""
    measured: float
    is_whole: bool
    """They are all clips of both."""

    @classmethod
    def of(cls, name: str, report: Report, stored: Stored) -> _Pairs:
        same, now = same_clips(stored, report.identity), contributions(report)[name]
        then = dict(zip(stored.clip_ids, stored.contributions[name], strict=False))
        both = [
            (then[clip], own)
            for clip, own in zip(report.identity.clip_ids, now, strict=False)
            if clip in same and clip in then
        ]
        known = [(was, is_) for was, is_ in both if not math.isnan(was + is_)]
        before, after = [was for was, _ in known], [is_ for _, is_ in known]
        is_whole = len(both) == len(stored.clip_ids) == report.clips and name in stored.numbers
        if is_whole:
            return cls(before, after, stored.numbers[name], float(getattr(report, name)), True)
        if not before:
            return cls(before, after, math.nan, math.nan, False)
        return cls(before, after, fmean(before), fmean(after), False)

    @property
    def drop(self) -> float:
        return self.stored - self.measured

    @property
    def differences(self) -> list[float]:
        """What each clip contributes less."""
        return [was - is_ for was, is_ in zip(self.before, self.after, strict=True)]

    @property
    def chance(self) -> float:
        """Of such a loss, were nothing lost."""
        lost = self.differences
        if {*self.before, *self.after} <= {0.0, 1.0}:
            return mcnemar(lost.count(1.0), lost.count(-1.0))
        return bootstrap_chance(lost, self.drop)


def _held(metric: Metric, report: Report, pairs: _Pairs, margins: Margins) -> Verdict:
    if not pairs.before:
        reason = "none of the clips that baseline and run share says anything of it"
        return Verdict(metric.name, Status.INCONCLUSIVE, float(metric.of(report)), None, None, reason)
    margin, lost = getattr(margins, metric.margin), pairs.differences
    beyond, evidence = pairs.drop > margin + ROUNDING, f"{len(lost)} clips, {sum(map(bool, lost))} changed"
    status = Status.PASSED
    if beyond:
        chance = pairs.chance
        status = Status.FAILED if chance < margins.sure.ranked_alpha else Status.INCONCLUSIVE
        evidence += f", p={chance:.2g}"
    visible = visible_loss(pairs.before, lost, margins.sure.ranked_alpha, margin)
    reason = _reason(pairs, status, visible, margin)
    if not pairs.is_whole:
        reason += f"; on the {len(lost)} clips that baseline and run share"
    return Verdict(
        metric.name,
        status,
        pairs.measured,
        pairs.stored,
        max(0.0, pairs.stored - margin),
        reason,
        evidence,
        interval=metric.of(report).interval if pairs.is_whole else None,
        visible=visible,
        remedy=Remedy.ACCEPT if status is Status.FAILED else Remedy.NONE,
    )


def _reason(pairs: _Pairs, status: Status, visible: float, margin: float) -> str:
    points = f"lost {100 * pairs.drop:.2f} points"
    if status is Status.FAILED:
        return f"{points}, more than chance explains"
    if status is Status.INCONCLUSIVE:
        seen = f"below {100 * visible:.1f} points" if math.isfinite(visible) else "at all"
        return f"{points}, which may be chance: {len(pairs.before)} clips show nothing {seen}"
    return "better than stored" if pairs.drop < -ROUNDED else f"within {100 * margin:g} points of stored"


ROUNDED = 1e-6
"""The file keeps six digits."""
