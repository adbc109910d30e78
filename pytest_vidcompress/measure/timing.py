"""Seconds of a variant beside its reference's, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .by_clip.clip_seconds import clip_seconds
from .by_clip.distribution import Distribution
from .interval import Estimate
from .latency.percentiles import FEWEST_COUNTING, Percentiles

if TYPE_CHECKING:
    from .latency.blocks import Confirmation
    from .latency.pair_times import PairTimes


@dataclass(frozen=True)
class Timing:
    """Seconds of one view, batch of one; a reference has no ratio."""

    latency: Estimate
    """Median."""
    ratio: Estimate | None = None
    """Variant over reference, timed alternately: geometric median of the pairs."""
    log_ratios: tuple[float, ...] = field(default=(), repr=False)
    """Natural logarithm of variant over reference time, one per alternated pair."""
    confirmed: Confirmation | None = field(default=None, repr=False)
    """Variant against reference in fresh processes, where the pairs of the test's own left a doubt."""
    against: Confirmation | None = field(default=None, repr=False)
    """Variant against the same variant as another commit builds it."""
    unconfirmed: str = ""
    """Why there is no confirmation although one was wanted."""
    controls: tuple[float, ...] = field(default=(), repr=False)
    """Natural logarithm of the reference's time over its own in the next pair, of every two, the sign alternating."""
    quiet_share: float = 1.0
    """Of the pairs, those that no neighbour disturbed."""
    crash: str = ""
    """How the variant failed in a process of its own, a signal or an exception; empty where it did not."""
    calls: PairTimes | None = field(default=None, repr=False)
    """Seconds of every pair of the test's own process, and its clip."""
    more_calls: PairTimes | None = field(default=None, repr=False)
    """These and further ones, where the slower calls left a doubt."""

    @cached_property
    def percentiles(self) -> Percentiles | None:
        """Of all calls in the test's own process; None of a reference, whose are beside its variant's."""
        calls = self.more_calls or self.calls
        return Percentiles.of(calls) if calls else None

    @cached_property
    def seconds_of_clips(self) -> Mapping[str, float]:
        """By id, of the clips that were timed; none of a reference, whose are beside its variant's."""
        calls = self.more_calls or self.calls
        return clip_seconds(calls) if calls else {}

    @cached_property
    def of_clips(self) -> Distribution | None:
        """Of these; None of so few that they say nothing of the others."""
        seconds = tuple(self.seconds_of_clips.values())
        return Distribution(seconds) if len(seconds) >= FEWEST_COUNTING else None
