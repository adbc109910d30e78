"""Blocks: a variant timed against a base in fresh processes, many pairs each, orders mirrored. Pure.

The unit of replication is the process: its memory layout moves a ratio by a percent, however many pairs it
times (Kalibera and Jones, "Rigorous benchmarking in reasonable time", 2013). Orders are mirrored because
whatever is copied or called first is a percent slower or faster, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from .quiet import quiet

VARIANT, BASE = "variant", "base"
MOST_PAIRS = 16
"""Of a process."""


@dataclass(frozen=True)
class Turn:
    """Seconds of the calls of one fresh process, pair by pair."""

    variant_s: tuple[float, ...]
    base_s: tuple[float, ...]

    @cached_property
    def log_ratio(self) -> float:
        """Natural logarithm of variant over base: median of the pairs."""
        return median(math.log(v / b) for v, b in zip(self.variant_s, self.base_s, strict=True))

    @cached_property
    def control(self) -> float:
        """The same of the base against itself: neighbouring calls, the sign alternating; 0 for a single pair."""
        ratios = [math.log(a / b) * (-1) ** i for i, (a, b) in enumerate(_twos(self.base_s))]
        return median(ratios) if ratios else 0.0

    @cached_property
    def levels(self) -> tuple[float, float]:
        """Median seconds of variant and base."""
        return median(self.variant_s), median(self.base_s)


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
    def quiet(self) -> tuple[Turn, ...]:
        """Turns that no neighbour disturbed."""
        levels = [turn.levels for turn in self.turns]
        kept = quiet([variant for variant, _ in levels], [base for _, base in levels])
        return tuple(self.turns[i] for i in kept)

    @cached_property
    def log_ratios(self) -> tuple[float, ...]:
        """Variant over base, one a block: the sample of the latency test."""
        return tuple(fmean(turn.log_ratio for turn in block) for block in self._blocks())

    @cached_property
    def controls(self) -> tuple[float, ...]:
        """Base against itself, one a block; of turns of a single pair, one of every two."""
        if any(len(turn.base_s) > 1 for turn in self.quiet):
            return tuple(fmean(turn.control for turn in block) for block in self._blocks())
        twos = _twos([turn.base_s[0] for turn in self.quiet])
        return tuple(math.log(a / b) * (-1) ** i for i, (a, b) in enumerate(twos))

    @property
    def pairs(self) -> int:
        """Timed in quiet turns."""
        return sum(len(turn.base_s) for turn in self.quiet)

    def _blocks(self) -> Iterable[tuple[Turn, ...]]:
        size = self.turns_per_block
        whole = len(self.quiet) // size * size
        return (self.quiet[start : start + size] for start in range(0, whole, size))


@dataclass(frozen=True)
class Plan:
    """How turns are laid out, by what a pair of calls takes."""

    turns_per_block: int
    pairs: int
    """Most of a turn."""
    warmup: int
    """Most calls of each arm before the first that counts."""


def plan(pair_s: float) -> Plan:
    """Blocks of some 0.7 s for small models, of which starting processes takes half; of one pair for slow ones."""
    if pair_s >= 1.0:
        # A warm-up would cost as much as what it warms for: first calls count, for both arms alike.
        return Plan(turns_per_block=1, pairs=1, warmup=0)
    pairs = max(2, min(MOST_PAIRS, 2 * round(0.06 / pair_s)))
    return Plan(turns_per_block=4, pairs=pairs, warmup=3 if pair_s < 0.1 else 1)


def calls(turn: int, pairs: int) -> list[str]:
    """The arms in the order of their calls: A B B A, B A A B ..., mirrored every other turn."""
    order: list[str] = []
    for pair in range(pairs):
        variant_leads = (pair // 2 + pair + (turn if pairs == 1 else turn // 2)) % 2 == 0
        order += [VARIANT, BASE] if variant_leads else [BASE, VARIANT]
    return order


def _twos(seconds: Sequence[float]) -> Iterable[tuple[float, float]]:
    return zip(seconds[::2], seconds[1::2], strict=False)
