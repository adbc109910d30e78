"""The seconds of alternated pairs of calls, and what those of them say that no neighbour disturbed. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..interval import Estimate, median_interval
from .quiet import calm, quiet

STEP = 12
"""Pairs after which whoever goes on timing is asked whether they are enough: every clip as often as the others."""
FEWEST_QUIET = 8
"""Undisturbed pairs that are enough to leave the others out."""


@dataclass(frozen=True)
class PairTimes:
    """Seconds of every pair; what it tells of them is of the quiet ones."""

    variant_s: tuple[float, ...]
    reference_s: tuple[float, ...]
    clip_ids: tuple[str, ...] = ()
    """Of every pair, the clip that both arms were given; empty where they were given none."""
    by_clip: bool = False
    """The variant's work depends on the clip: then what is slow of it may be a slow clip, and no neighbour."""

    def __add__(self, later: PairTimes) -> PairTimes:
        """These and then others, an even number of each."""
        return PairTimes(
            self.variant_s + later.variant_s,
            self.reference_s + later.reference_s,
            self.clip_ids + later.clip_ids,
            self.by_clip,
        )

    def until(self, pairs: int) -> PairTimes:
        """The first so many of them."""
        return PairTimes(
            self.variant_s[:pairs], self.reference_s[:pairs], self.clip_ids[:pairs], self.by_clip
        )

    @cached_property
    def _undisturbed(self) -> Sequence[int]:
        """Indices of the pairs that no neighbour disturbed."""
        if self.by_clip:
            return [pair for pair, is_calm in enumerate(self.around_variant) if is_calm]
        return quiet(self.variant_s, self.reference_s)

    @cached_property
    def around_variant(self) -> Sequence[bool]:
        """Of each call of the variant: was the reference as fast as ever just before and just after it?"""
        seen = calm(self.reference_s, together(len(self.reference_s)))
        return [all(seen[i] for i in self.beside_variant(pair)) for pair in range(len(seen))]

    @cached_property
    def around_reference(self) -> Sequence[bool]:
        """Of each call of the reference, likewise of the variant."""
        seen = calm(self.variant_s, together(len(self.variant_s)))
        return [all(seen[i] for i in self.beside_reference(pair)) for pair in range(len(seen))]

    def beside_variant(self, pair: int) -> range:
        """The reference's calls next to the variant's in time: the first of an even pair, the last of an odd one."""
        return range(pair & ~1, min((pair | 1) + 1, len(self.reference_s)))

    def beside_reference(self, pair: int) -> range:
        """The variant's calls that are next to the reference's."""
        first = pair - (pair + 1) % 2
        return range(max(0, first), min(first + 2, len(self.variant_s)))

    @property
    def _counting(self) -> Sequence[int]:
        """Those, or all where hardly any was quiet; then they lie far apart, and say so."""
        few = len(self._undisturbed) < FEWEST_QUIET
        return range(len(self.variant_s)) if few else self._undisturbed

    @property
    def quiet_share(self) -> float:
        """Of the pairs, those that no neighbour disturbed."""
        return len(self._undisturbed) / max(1, len(self.variant_s))

    @property
    def pairs(self) -> tuple[tuple[float, float], ...]:
        """Seconds of variant and reference in the pairs that count."""
        return tuple((self.variant_s[i], self.reference_s[i]) for i in self._counting)

    @property
    def controls(self) -> tuple[float, ...]:
        """Natural logarithm of the reference's time over its own in the next pair, one of every two.

        The sign alternates, so that a call's place cancels here as it does between the arms.
        """
        counting = frozenset(self._counting)
        first = (i for i in range(0, len(self.reference_s) - 1, 2) if i in counting and i + 1 in counting)
        return tuple(
            math.log(self.reference_s[i] / self.reference_s[i + 1]) * (-1) ** (i // 2) for i in first
        )

    @property
    def log_ratios(self) -> tuple[float, ...]:
        """Natural logarithm of variant over reference, one a pair."""
        return tuple(math.log(variant / reference) for variant, reference in self.pairs)

    @property
    def ratio(self) -> Estimate:
        """Variant over reference: median of the pairs."""
        return Estimate(*map(math.exp, median_interval(self.log_ratios)))

    @property
    def latency(self) -> Estimate:
        return Estimate(*median_interval([variant for variant, _ in self.pairs]))

    @property
    def reference_latency(self) -> Estimate:
        return Estimate(*median_interval([reference for _, reference in self.pairs]))


def calls_of_clips(times: PairTimes) -> Mapping[str, Sequence[float]]:
    """By clip id in the order of the calls, the variant's that no neighbour disturbed; a clip without one is not
    there."""
    calls: dict[str, list[float]] = {}
    for clip, seconds, counts in zip(times.clip_ids, times.variant_s, times.around_variant, strict=False):
        if counts:
            calls.setdefault(clip, []).append(seconds)
    return calls


def together(pairs: int) -> Sequence[range]:
    """Of so many pairs, those that lie together in time, `STEP` or a few more: a machine's speed drifts from one such
    block to the next."""
    whole = max(1, pairs // STEP)
    ends = [*range(STEP, STEP * whole, STEP), pairs]
    return [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]
