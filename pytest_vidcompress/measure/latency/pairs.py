"""Time of a variant and its reference, taken alternately so that a busy machine slows both.

Rounds go A B, B A, A B ... (ABBA): what drifts over the run cancels in the pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from ..interval import Estimate, median_interval
from .quiet import quiet
from .rest import rest
from .stopwatch import refuse_stopped, seconds_of

Call = Callable[[], Any]
Fine = Callable[[Sequence[float]], bool]
"""Of log-ratios: is the variant clearly as fast as it should be?"""

PILOT = 16
"""Pairs before the question whether they are clearly fine, and how long the others will take."""
FEWEST_QUIET = 8
SHORT = 8
"""Rounds of the driver for what is, or for what takes too long."""
LONGEST = 3
"""Times the budget that pairs may take where neighbours make them longer than the first ones."""


class Driver(Protocol):
    """What runs the rounds; pytest-benchmark's `benchmark.pedantic` is one."""

    def __call__(self, target: Call, *, setup: Call, teardown: Call, rounds: int) -> object: ...


@dataclass(frozen=True)
class PairTimes:
    """Seconds of every pair; what it tells of them is of the quiet ones."""

    variant_s: tuple[float, ...]
    reference_s: tuple[float, ...]

    @cached_property
    def _undisturbed(self) -> Sequence[int]:
        """Indices of the pairs that no neighbour disturbed."""
        return quiet(self.variant_s, self.reference_s)

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


class Alternation:
    """Times `reference` before even rounds of `variant` and after odd ones, and rests before each call."""

    def __init__(self, variant: Call, reference: Call, rest_s: float = 0.0) -> None:
        self._variant, self._reference = variant, reference
        self._rest_s = rest_s
        self._variant_s: list[float] = []
        self._reference_s: list[float] = []

    def before(self) -> None:
        if len(self._variant_s) % 2 == 0:
            self._time_reference()
        rest(self._rest_s)

    def run(self) -> None:
        self._variant_s.append(seconds_of(self._variant))

    def after(self) -> None:
        if len(self._variant_s) > len(self._reference_s):
            self._time_reference()

    def _time_reference(self) -> None:
        rest(self._rest_s)
        self._reference_s.append(seconds_of(self._reference))

    def loop(self, rounds: int) -> None:
        """Times so many pairs without a driver; none of a negative number."""
        _loop(self.run, setup=self.before, teardown=self.after, rounds=rounds)

    def times(self) -> PairTimes:
        pairs = min(len(self._variant_s), len(self._reference_s))
        return PairTimes(tuple(self._variant_s[:pairs]), tuple(self._reference_s[:pairs]))


def time_pairs(
    variant: Call,
    reference: Call,
    driver: Driver | None = None,
    clearly_fine: Fine | None = None,
    budget_s: float = 3.0,
    rest_s: float = 0.0,
) -> PairTimes:
    """Times the two against each other, on a machine that whoever calls has to itself.

    Args:
        variant: one call is one clip.
        reference: likewise.
        driver: runs the rounds; our own loop when None.
        clearly_fine: asked about the first pairs; when they are, the driver runs only `SHORT` more.
        budget_s: about how long to go on; at least 12 pairs are taken, or 6 of calls over a second. On a machine that
            neighbours disturb, `LONGEST` times that at most, or `PILOT` and `SHORT` pairs.
        rest_s: before every call, for calls that do not share their threads.
    """
    pair_s = min(seconds_of(variant) + seconds_of(reference) for _ in range(2))
    refuse_stopped(pair_s)
    least = 12 if pair_s < 2 else 6
    rounds = max(least, min(60, 2 * round(budget_s / pair_s / 2)))
    alternation = Alternation(variant, reference, rest_s)
    first = max(0, min(PILOT, rounds - SHORT))
    alternation.loop(first)
    pilot = alternation.times()
    if first and clearly_fine is not None and clearly_fine(pilot.log_ratios):
        rounds = first + SHORT
    elif first:
        rounds = min(rounds, max(first + SHORT, _affordable(pilot, LONGEST * budget_s)))
    (driver or _loop)(
        alternation.run,
        setup=alternation.before,
        teardown=alternation.after,
        rounds=rounds - first,
    )
    # A driver may stop early: a benchmark plugin that is switched off calls its target once.
    alternation.after()
    alternation.loop(rounds - len(alternation.times().variant_s))
    return alternation.times()


def _affordable(pilot: PairTimes, budget_s: float) -> int:
    """Pairs that fit into a budget if all are as long as these; an even number."""
    mean_s = (sum(pilot.variant_s) + sum(pilot.reference_s)) / len(pilot.variant_s)
    return 2 * round(budget_s / mean_s / 2)


def _loop(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    for _ in range(rounds):
        setup()
        target()
        teardown()
