"""The seconds of a cell's calls, round by round beside the reference's, and what they say. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ..interval import Estimate, quantile_interval
from ..latency.pair_times import PairTimes
from ..latency.quiet import calm

Turn = tuple[float, ...]
"""Seconds of the calls of one cell in one round."""


@dataclass(frozen=True)
class CellTimes:
    """Seconds by round. Medians and ratios are of calls, and of rounds, that no neighbour disturbed."""

    batch: int
    turns: Mapping[int, Turn]
    """Round -> the cell's calls."""
    reference: Mapping[int, Turn]
    """Round -> the reference's, of one clip each."""

    @cached_property
    def _times(self) -> PairTimes:
        """Seconds of a clip."""
        return beside(self.clip_s, undisturbed_s(self.reference))

    @cached_property
    def clip_s(self) -> Mapping[int, float]:
        """Round -> seconds of a clip."""
        return {number: seconds / self.batch for number, seconds in undisturbed_s(self.turns).items()}

    @property
    def rounds(self) -> int:
        """Those that the reference was timed in too."""
        return len(self._times.variant_s)

    @property
    def ratio(self) -> Estimate:
        """Time of a clip over the reference's in the same round."""
        return self._times.ratio

    @property
    def latency(self) -> Estimate:
        """Seconds of a call."""
        clip = self._times.latency
        return Estimate(*(self.batch * seconds for seconds in (clip, *clip.interval)))

    @property
    def clips_per_s(self) -> Estimate:
        """What one call after the other gets done."""
        clip = self._times.latency
        return Estimate(1 / clip, 1 / clip.high if clip.high else math.inf, _inverse(clip.low))

    @property
    def p90(self) -> Estimate | None:
        """Seconds that nine calls in ten do not exceed, of all calls; None of fewer than bound it (36)."""
        value, low, high = quantile_interval([each for turn in self.turns.values() for each in turn], 0.9)
        return Estimate(value, low, high) if math.isfinite(high) else None

    @property
    def quiet_share(self) -> float:
        """Of the rounds, those that no neighbour disturbed."""
        return self._times.quiet_share

    def surely_slower(self, other: CellTimes) -> bool:
        """Is a clip slower here than there, in the rounds of both, at 95 %?"""
        return beside(self.clip_s, other.clip_s).ratio.low > 1.0


def undisturbed_s(turns: Mapping[int, Turn]) -> Mapping[int, float]:
    """Round -> the median of its calls that no neighbour disturbed; of all where every one was."""
    calls = [seconds for turn in turns.values() for seconds in turn]
    is_calm = iter(calm(calls, [range(len(calls))]))
    return {
        number: median([seconds for seconds in turn if next(is_calm)] or turn)
        for number, turn in turns.items()
    }


def beside(mine: Mapping[int, float], theirs: Mapping[int, float]) -> PairTimes:
    """Seconds of the rounds that both were timed in, as pairs."""
    both = sorted(mine.keys() & theirs.keys())
    return PairTimes(tuple(mine[number] for number in both), tuple(theirs[number] for number in both))


def _inverse(seconds: float) -> float:
    return 1 / seconds if seconds > 0 else math.inf
