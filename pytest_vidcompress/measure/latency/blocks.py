"""Blocks: a variant timed against a base in fresh processes, many pairs each, orders mirrored. Pure.

The unit of replication is the process: its memory layout moves a ratio by a percent, however many pairs it
times (Kalibera and Jones, "Rigorous benchmarking in reasonable time", 2013). Orders are mirrored because
whatever is copied or called first is a percent slower or faster, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from .quiet import quiet

VARIANT, BASE = "variant", "base"
MOST_PAIRS = 16
"""Of a process."""
ENOUGH_PAIRS = 4
"""Quiet ones of a process, or all of those it times, for it to count."""


@dataclass(frozen=True)
class Turn:
    """Seconds of the calls of one fresh process, pair by pair."""

    variant_s: tuple[float, ...]
    base_s: tuple[float, ...]


@dataclass(frozen=True)
class QuietTurn:
    """What a turn says by the pairs that no neighbour disturbed."""

    log_ratio: float
    """Natural logarithm of variant over base: the pairs' trimmed mean."""
    control: float
    """The same of the base against itself: neighbouring calls, the sign alternating; 0 of a single pair."""
    base_s: float
    """Median."""
    pairs: int


@dataclass(frozen=True)
class Confirmation:
    """Turns in the order of time; a few quiet ones in a row make a block."""

    turns: tuple[Turn, ...] = ()
    spent: tuple[float, ...] = ()
    """Share of the time budget that was gone after each turn, 0 ... 1; the last one's is 1 when it ran out."""
    turns_per_block: int = 1

    def until(self, turns: int) -> Confirmation:
        """What had been seen after so many turns."""
        return Confirmation(self.turns[:turns], self.spent[:turns], self.turns_per_block)

    @cached_property
    def quiet(self) -> tuple[QuietTurn, ...]:
        """Turns with enough pairs that no neighbour disturbed, by those."""
        variant_s = [seconds for turn in self.turns for seconds in turn.variant_s]
        base_s = [seconds for turn in self.turns for seconds in turn.base_s]
        kept = set(quiet(variant_s, base_s))
        most = max((len(turn.base_s) for turn in self.turns), default=0)
        told: list[QuietTurn] = []
        first = 0
        for turn in self.turns:
            pairs = [pair for pair in range(len(turn.base_s)) if first + pair in kept]
            first += len(turn.base_s)
            if len(pairs) >= min(ENOUGH_PAIRS, most):
                told.append(_told(turn, pairs))
        return tuple(told)

    @cached_property
    def log_ratios(self) -> tuple[float, ...]:
        """Variant over base, one a block: the sample of the latency test."""
        return tuple(fmean(turn.log_ratio for turn in block) for block in self._blocks())

    @cached_property
    def controls(self) -> tuple[float, ...]:
        """Base against itself, one a block; of turns of a single pair, one of every two.

        The sign alternates, so that a call's place in its turn cancels here as it does between the arms.
        """
        if any(turn.pairs > 1 for turn in self.quiet):
            blocks = enumerate(self._blocks())
            return tuple(fmean(turn.control for turn in block) * (-1) ** i for i, block in blocks)
        base_s = [turn.base_s for turn in self.quiet]
        twos = zip(base_s[::2], base_s[1::2], strict=False)
        return tuple(math.log(a / b) * (-1) ** i for i, (a, b) in enumerate(twos))

    @property
    def base_s(self) -> float | None:
        """Usual seconds of the base; None where no turn counts."""
        return median(turn.base_s for turn in self.quiet) if self.quiet else None

    @property
    def pairs(self) -> int:
        """Of the quiet turns, those that count."""
        return sum(turn.pairs for turn in self.quiet)

    def _blocks(self) -> Iterable[tuple[QuietTurn, ...]]:
        size = self.turns_per_block
        whole = len(self.quiet) // size * size
        return (self.quiet[start : start + size] for start in range(0, whole, size))


def _told(turn: Turn, pairs: list[int]) -> QuietTurn:
    ratios = [math.log(turn.variant_s[pair] / turn.base_s[pair]) for pair in pairs]
    kept = set(pairs)
    controls = [
        math.log(turn.base_s[pair] / turn.base_s[pair + 1]) * (-1) ** (pair // 2)
        for pair in range(0, len(turn.base_s) - 1, 2)
        if pair in kept and pair + 1 in kept
    ]
    base_s = median(turn.base_s[pair] for pair in pairs)
    return QuietTurn(trimmed_mean(ratios), trimmed_mean(controls) if controls else 0.0, base_s, len(pairs))


def trimmed_mean(values: Iterable[float]) -> float:
    """Mean without the lowest and the highest eighth.

    Of pairs that ran within a third of the fastest it varies 10 to 20 % less from turn to turn than their median.
    """
    ordered = sorted(values)
    cut = len(ordered) // 8
    return fmean(ordered[cut : len(ordered) - cut])


@dataclass(frozen=True)
class Plan:
    """How turns are laid out, by what a pair of calls takes."""

    turns_per_block: int
    pairs: int
    """Most of a turn."""
    warmup: int
    """Most calls of each arm before the first that counts."""


def plan(pair_s: float) -> Plan:
    """Two mirrored turns a block, some 0.3 s for small models; one pair a block for slow ones."""
    if pair_s >= 1.0:
        # A warm-up would cost as much as what it warms for: first calls count, for both arms alike.
        return Plan(turns_per_block=1, pairs=1, warmup=0)
    pairs = max(2, min(MOST_PAIRS, 2 * round(0.06 / pair_s)))
    return Plan(turns_per_block=2, pairs=pairs, warmup=3 if pair_s < 0.1 else 1)


def calls(turn: int, pairs: int, in_a_row: int = 1) -> list[str]:
    """The arms in the order of their calls: A B B A, B A A B ..., mirrored every other turn.

    Args:
        in_a_row: calls of an arm for each of these letters; the last ones may be fewer.
    """
    order: list[str] = []
    for group, first in enumerate(range(0, pairs, in_a_row)):
        variant_leads = (group // 2 + group + turn) % 2 == 0
        leads, follows = (VARIANT, BASE) if variant_leads else (BASE, VARIANT)
        number = min(in_a_row, pairs - first)
        order += [leads] * number + [follows] * number
    return order
