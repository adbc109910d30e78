"""Blocks: a variant timed against a base in fresh processes, many pairs each, orders mirrored. Pure.

The unit of replication is the process: its memory layout moves a ratio by a percent, however many pairs it
times (Kalibera and Jones, "Rigorous benchmarking in reasonable time", 2013). Orders are mirrored because
whatever is copied or called first is a percent slower or faster, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

VARIANT, BASE = "variant", "base"
MOST_PAIRS = 16
"""Of a process."""


@dataclass(frozen=True)
class Turn:
    """Seconds of the calls of one fresh process, pair by pair."""

    variant_s: tuple[float, ...]
    base_s: tuple[float, ...]


@dataclass(frozen=True)
class Block:
    """A few fresh processes in a row, in mirrored orders: the unit of replication of the latency test."""

    turns: tuple[Turn, ...]

    @property
    def log_ratio(self) -> float:
        """Natural logarithm of variant over base: median of each process's pairs, mean over processes."""
        return fmean(
            median(math.log(v / b) for v, b in zip(turn.variant_s, turn.base_s, strict=True))
            for turn in self.turns
        )

    @property
    def control(self) -> float:
        """The same of the base against itself: neighbouring calls, the sign alternating; 0 for single pairs."""
        medians = [
            median(math.log(a / b) * (-1) ** i for i, (a, b) in enumerate(_twos(turn.base_s)))
            for turn in self.turns
            if len(turn.base_s) > 1
        ]
        return fmean(medians) if medians else 0.0

    @property
    def pairs(self) -> int:
        return sum(len(turn.base_s) for turn in self.turns)


@dataclass(frozen=True)
class Confirmation:
    """Blocks in the order of time."""

    blocks: tuple[Block, ...] = ()
    spent: tuple[float, ...] = ()
    """Share of the time budget that was gone after each block, 0 ... 1; the last one's is 1 when it ran out."""

    @property
    def log_ratios(self) -> tuple[float, ...]:
        return tuple(block.log_ratio for block in self.blocks)

    @property
    def controls(self) -> tuple[float, ...]:
        """Base against itself, one a block; of blocks of a single pair, one of every two blocks."""
        if any(block.pairs > 1 for block in self.blocks):
            return tuple(block.control for block in self.blocks)
        twos = _twos([block.turns[0].base_s[0] for block in self.blocks])
        return tuple(math.log(a / b) * (-1) ** i for i, (a, b) in enumerate(twos))

    @property
    def pairs(self) -> int:
        return sum(block.pairs for block in self.blocks)


@dataclass(frozen=True)
class Plan:
    """How a block is laid out, by what a pair of calls takes."""

    processes: int
    pairs: int
    """A process."""
    warmup: int
    """Calls of each arm before the first that counts."""


def plan(pair_s: float) -> Plan:
    """Some 0.7 s a block for small models, of which starting processes takes half; one pair of slow ones."""
    if pair_s >= 1.0:
        # A warm-up would cost as much as what it warms for: first calls count, for both arms alike.
        return Plan(processes=1, pairs=1, warmup=0)
    pairs = max(2, min(MOST_PAIRS, 2 * round(0.06 / pair_s)))
    return Plan(processes=4, pairs=pairs, warmup=3 if pair_s < 0.1 else 1)


def calls(process: int, pairs: int) -> list[str]:
    """The arms in the order of their calls: A B B A, B A A B ..., mirrored every other process."""
    order: list[str] = []
    for pair in range(pairs):
        variant_leads = (pair // 2 + pair + (process if pairs == 1 else process // 2)) % 2 == 0
        order += [VARIANT, BASE] if variant_leads else [BASE, VARIANT]
    return order


def _twos(seconds: Sequence[float]) -> Iterable[tuple[float, float]]:
    return zip(seconds[::2], seconds[1::2], strict=False)
