"""Ratios that are stored by their recorded runs: of cold starts, and of the way from files to answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev
from typing import ClassVar, Self

from ...measure.latency.blocks import Confirmation
from ...measure.paired_seconds import PairedSeconds
from ...measure.start.cold_start import Start

MOST_RUNS = 10
"""Recorded runs kept of a ratio: enough to know how far runs lie apart."""
MOST_BLOCKS = 12
"""Of a run that is recorded."""


@dataclass(frozen=True, kw_only=True)
class RecordedRuns:
    """The ratio of every recorded run."""

    lines: ClassVar[tuple[str, ...]] = ("runs", "spreads", "controls")
    """Of its fields, those that every recorded run adds a number to."""

    runs: tuple[float, ...] = ()
    """Ratio of each recorded run, oldest first: how far they lie apart is what a fresh run may."""
    spreads: tuple[float, ...] = ()
    """Of each run, the standard deviation of its blocks' log-ratios."""
    controls: tuple[float, ...] = ()
    """Of each run, that of its control: the reference against itself."""
    references: tuple[float, ...] = ()
    """Of each run, seconds of the reference's usual call: how fast the machine was then. Runs of before have none."""

    @property
    def ratio(self) -> float | None:
        """Median of the recorded runs; None when none was."""
        return median(self.runs) if self.runs else None

    def limit(self, margin: float) -> float | None:
        """Highest ratio that still counts as the stored one: the slowest recorded run plus the margin."""
        return max(self.runs) * (1.0 + margin) if self.runs else None

    @classmethod
    def run(cls, confirmation: Confirmation) -> Self:
        """One recorded run: two blocks at least."""
        ratios, controls = confirmation.log_ratios, confirmation.controls
        return cls(
            runs=(math.exp(fmean(ratios)),),
            spreads=(stdev(ratios),),
            controls=(stdev(controls),) if len(controls) > 1 else (),
        )

    def plus(self, run: Self) -> Self:
        """With one more recorded run; the oldest beyond `MOST_RUNS` are forgotten."""
        return self.extended(run, self.lines)

    def extended(self, run: Self, lines: Sequence[str]) -> Self:
        """As `plus`, of these fields alone."""
        both = {name: (*getattr(self, name), *getattr(run, name)) for name in lines}
        return replace(self, **{name: numbers[-MOST_RUNS:] for name, numbers in both.items()})


@dataclass(frozen=True, kw_only=True)
class StoredPairs(RecordedRuns):
    """A part of the way from files to answers."""

    @classmethod
    def of(cls, pairs: PairedSeconds) -> StoredPairs:
        """The part of a run's rounds that is kept; nothing of too few."""
        return cls.run(pairs.confirmation) if len(pairs.confirmation.log_ratios) > 1 else cls()


@dataclass(frozen=True, kw_only=True)
class StoredStart(RecordedRuns):
    """Cold starts; and of each run, what the variant's parts took as shares of its reference's whole start."""

    lines: ClassVar[tuple[str, ...]] = (*RecordedRuns.lines, "loads", "prepares", "first_calls")
    loads: tuple[float, ...] = ()
    prepares: tuple[float, ...] = ()
    first_calls: tuple[float, ...] = ()

    @property
    def shares(self) -> tuple[float, ...]:
        """Of load, prepare and first call, medians of the runs; empty where they are not known."""
        lines = (self.loads, self.prepares, self.first_calls)
        return tuple(map(median, lines)) if all(lines) else ()

    @classmethod
    def of(cls, start: Start | None) -> StoredStart:
        """The part of a run's cold starts that is kept; nothing of too few."""
        if start is None or len(start.confirmation.log_ratios) < 2:
            return cls()
        load, prepare, first_call = start.shares
        run = cls.run(start.confirmation)
        return replace(run, loads=(load,), prepares=(prepare,), first_calls=(first_call,))
