"""Time of a variant and its reference, taken alternately so that a busy machine slows both.

Rounds go A B, B A, A B ... (ABBA): what drifts over the run cancels in the pairs. Both arms of a pair get one clip.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ...processes.clock import now_s
from .pair_times import STEP, PairTimes
from .rest import rest, wakes
from .stopwatch import at_once, refuse_stopped, seconds_of

Call = Callable[[], Any]
Fine = Callable[[Sequence[float]], bool]
"""Of log-ratios: is the variant clearly as fast as it should be?"""
Turn = Callable[[], str]
"""Brings the clip of the next pair, and says its id."""

PILOT = 16
"""Pairs before the question whether they are clearly fine, and how long the others will take."""
SHORT = 8
"""Rounds of the driver for what is, or for what takes too long."""
LONGEST = 3
"""Times the budget that pairs may take where neighbours make them longer than the first ones."""


class Driver(Protocol):
    """What runs the rounds; pytest-benchmark's `benchmark.pedantic` is one."""

    def __call__(self, target: Call, *, setup: Call, teardown: Call, rounds: int) -> object: ...


@dataclass(frozen=True)
class Between:
    """What happens between calls, outside of the stopwatch."""

    rest_s: float = 0.0
    """Before every call, for calls that do not share their threads."""
    turn: Turn | None = None
    """None where all pairs are given the same."""
    synchronize: Call = at_once
    """As of `seconds_of`, which waits inside of the stopwatch too."""


class Alternation:
    """Times `reference` before even rounds of `variant` and after odd ones, and rests before each call.

    Args:
        wake: after its rest an arm is called once before the call that counts.
    """

    def __init__(
        self, variant: Call, reference: Call, between: Between = Between(), wake: bool = False
    ) -> None:
        self._variant, self._reference = variant, reference
        self._between, self._wake = between, wake
        self._variant_s: list[float] = []
        self._reference_s: list[float] = []
        self._clip_ids: list[str] = []

    def before(self) -> None:
        self._bring_clip()
        if len(self._variant_s) % 2 == 0:
            self._time_reference()
        self._rest_before(self._variant)

    def _bring_clip(self) -> None:
        """The next one, unless this pair has its own."""
        if self._between.turn and len(self._clip_ids) == len(self._variant_s):
            self._clip_ids.append(self._between.turn())

    def run(self) -> None:
        self._bring_clip()  # a driver may call without its setup
        self._variant_s.append(self._seconds_of(self._variant))

    def after(self) -> None:
        if len(self._variant_s) > len(self._reference_s):
            self._time_reference()

    def _time_reference(self) -> None:
        self._rest_before(self._reference)
        self._reference_s.append(self._seconds_of(self._reference))

    def _rest_before(self, call: Call) -> None:
        rest(self._between.rest_s)
        if self._wake:
            call()

    def _seconds_of(self, call: Call) -> float:
        return seconds_of(call, self._between.synchronize)

    def loop(self, rounds: int) -> None:
        """Times so many pairs without a driver; none of a negative number."""
        _loop(self.run, setup=self.before, teardown=self.after, rounds=rounds)

    def times(self) -> PairTimes:
        pairs = min(len(self._variant_s), len(self._reference_s))
        return PairTimes(
            tuple(self._variant_s[:pairs]), tuple(self._reference_s[:pairs]), tuple(self._clip_ids[:pairs])
        )


def time_pairs(
    variant: Call,
    reference: Call,
    driver: Driver | None = None,
    clearly_fine: Fine | None = None,
    budget_s: float = 3.0,
    between: Between = Between(),
) -> PairTimes:
    """Times the two against each other, on a machine that whoever calls has to itself.

    Args:
        variant: one call is one clip.
        reference: likewise.
        driver: runs the rounds; our own loop when None.
        clearly_fine: asked about the first pairs; when they are, the driver runs only `SHORT` more.
        budget_s: about how long to go on; at least 12 pairs are taken, or 6 of calls over a second. On a machine that
            neighbours disturb, `LONGEST` times that at most, or `PILOT` and `SHORT` pairs.
        between: what happens between calls.
    """
    wait = between.synchronize
    pair_s = min(seconds_of(variant, wait) + seconds_of(reference, wait) for _ in range(2))
    refuse_stopped(pair_s)
    least = 12 if pair_s < 2 else 6
    rounds = max(least, min(60, 2 * round(budget_s / pair_s / 2)))
    alternation = Alternation(variant, reference, between, wakes(between.rest_s, pair_s))
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


def time_on(
    variant: Call,
    reference: Call,
    seen: PairTimes,
    enough: Callable[[PairTimes], bool],
    budget_s: float,
    between: Between = Between(),
) -> PairTimes:
    """Goes on timing pairs, and returns those of before with the new ones.

    Args:
        seen: the pairs so far.
        enough: asked about all of them after every `STEP`.
        budget_s: the longest time to go on.
    """
    started = now_s()
    wake = wakes(between.rest_s, min(map(sum, seen.pairs), default=math.inf))
    while now_s() - started < budget_s and not enough(seen):
        alternation = Alternation(variant, reference, between, wake)
        alternation.loop(STEP)
        seen = seen + alternation.times()
    return seen


def _affordable(pilot: PairTimes, budget_s: float) -> int:
    """Pairs that fit into a budget if all are as long as these; an even number."""
    mean_s = (sum(pilot.variant_s) + sum(pilot.reference_s)) / len(pilot.variant_s)
    return 2 * round(budget_s / mean_s / 2)


def _loop(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    for _ in range(rounds):
        setup()
        target()
        teardown()
