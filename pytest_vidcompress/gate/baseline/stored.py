"""What is stored about a variant: what no machine changes, and what a machine class does to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev
from typing import Literal

from ...measure.latency.blocks import Confirmation
from ...measure.report import Report
from .same_clips import same_clips

MOST_RUNS = 10
"""Recorded runs kept of a latency ratio: enough to know how far runs lie apart."""
RUN_FIELDS = ("runs", "spreads", "controls", "screens")
"""Of a `StoredTiming`: what every recorded run adds a number to."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What no machine changes. Shares are 0 ... 1; None was not measured."""

    test: str
    """`path/test_file.py::test_name` of the test that measured it."""
    top1: float
    top5: float
    agreement: float
    kl: float
    size_bytes: int | None = None
    parameters: int | None = None
    sparsity: float | None = None
    macs: int | None = None
    clip_ids: tuple[str, ...] = ()
    outcomes: tuple[bool, ...] = ()
    """Per clip of `clip_ids`: was it right?"""
    agreements: tuple[bool, ...] = ()
    """Per clip of `clip_ids`: was it the reference's? Empty where it was not stored."""
    protocol: str = ""
    """How clips were looked at, as in `Report`. This and what follows is empty where it was not stored."""
    clips_digest: str = ""
    contents: tuple[str, ...] = ()
    """Per clip of `clip_ids`: the first digits of its file's SHA-256."""

    @classmethod
    def of(cls, report: Report) -> Stored:
        """The part of a report that is kept."""
        return cls(
            test=report.test,
            top1=float(report.top1),
            top5=float(report.top5),
            agreement=float(report.agreement),
            kl=float(report.kl),
            size_bytes=report.size_bytes,
            parameters=report.parameters,
            sparsity=report.sparsity,
            macs=report.macs,
            clip_ids=report.identity.clip_ids,
            outcomes=report.accuracy.outcomes,
            agreements=report.accuracy.agreements,
            protocol=report.identity.protocol,
            clips_digest=report.identity.clips_digest,
            contents=report.identity.contents,
        )


@dataclass(frozen=True, kw_only=True)
class StoredTiming:
    """What a machine class decides: the latency ratio of every recorded run, and memory."""

    test: str = ""
    runs: tuple[float, ...] = ()
    """Ratio of each recorded run, oldest first: how far they lie apart is what a fresh run may."""
    spreads: tuple[float, ...] = ()
    """Of each run, the standard deviation of its blocks' log-ratios."""
    controls: tuple[float, ...] = ()
    """Of each run, that of its control: the reference against itself."""
    screens: tuple[float, ...] = ()
    """Of each run, the ratio that the test's own process showed: where its memory lies moves it by percents."""
    peak_memory_bytes: int | None = None

    @property
    def latency_ratio(self) -> float | None:
        """Median of the recorded runs; None when none was timed."""
        return median(self.runs) if self.runs else None

    def latency_limit(self, margin: float) -> float | None:
        """Highest ratio that still counts as the stored one: the slowest recorded run plus the margin."""
        return max(self.runs) * (1.0 + margin) if self.runs else None

    @classmethod
    def of(cls, report: Report) -> StoredTiming:
        """The part of a report that is kept."""
        confirmed = report.timing and report.timing.confirmed
        if confirmed and len(confirmed.log_ratios) > 1:
            run = replace(cls.run(confirmed), screens=_screens(report))
        else:
            # What cannot be sent to a fresh process is known by the pairs of the test's own.
            run = cls(runs=_screens(report), screens=_screens(report))
        return replace(run, test=report.test, peak_memory_bytes=report.peak_memory_bytes)

    @classmethod
    def run(cls, confirmation: Confirmation) -> StoredTiming:
        """One recorded run: two blocks at least."""
        ratios, controls = confirmation.log_ratios, confirmation.controls
        return cls(
            runs=(math.exp(fmean(ratios)),),
            spreads=(stdev(ratios),),
            controls=(stdev(controls),) if len(controls) > 1 else (),
        )

    def plus(self, run: StoredTiming) -> StoredTiming:
        """With one more recorded run; the oldest beyond `MOST_RUNS` are forgotten."""
        added = {name: (*getattr(self, name), *getattr(run, name))[-MOST_RUNS:] for name in RUN_FIELDS}
        return replace(self, **added)


def _screens(report: Report) -> tuple[float, ...]:
    return () if report.latency_ratio is None else (float(report.latency_ratio),)


@dataclass(frozen=True)
class Paired:
    """Outcomes of the same clips in a baseline and in a run."""

    clips: int
    before: int
    """Clips that were right in the baseline."""
    lost: int
    gained: int

    @property
    def drop(self) -> float:
        """Net share of clips lost; negative when more were gained."""
        return (self.lost - self.gained) / self.clips if self.clips else 0.0


def paired(stored: Stored, report: Report, what: Literal["outcomes", "agreements"] = "outcomes") -> Paired:
    """Baseline against run on the clips that are the same in both."""
    same = same_clips(stored, report.identity)
    # Agreements may be missing altogether; then no clip is known in both.
    known = zip(stored.clip_ids, getattr(stored, what), strict=False)
    then: dict[str, bool] = {clip: outcome for clip, outcome in known if clip in same}
    now_by_clip = zip(report.identity.clip_ids, getattr(report.accuracy, what), strict=False)
    both = [(then[clip], now) for clip, now in now_by_clip if clip in then]
    return Paired(
        clips=len(both),
        before=sum(was for was, _ in both),
        lost=sum(was and not now for was, now in both),
        gained=sum(now and not was for was, now in both),
    )


def as_mask(outcomes: Sequence[bool]) -> str:
    """Outcomes as hexadecimal digits, the first clip in the highest bit; padded with zeros."""
    bits = "".join("1" if right else "0" for right in outcomes)
    bits += "0" * (-len(bits) % 4)
    return "".join(f"{int(bits[i : i + 4], 2):x}" for i in range(0, len(bits), 4))


def from_mask(mask: str, clips: int) -> tuple[bool, ...]:
    """Outcomes of `clips` clips; ValueError when the mask is of another length or no hexadecimal number."""
    if len(mask) != -(-clips // 4):
        raise ValueError(
            f"outcomes of {clips} clips take {-(-clips // 4)} hexadecimal digits, not {len(mask)}"
        )
    bits = "".join(f"{int(digit, 16):04b}" for digit in mask)
    return tuple(bit == "1" for bit in bits[:clips])
