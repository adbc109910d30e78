"""Every cell once a round, in an order of chance: what drifts or disturbs hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...processes.clock import now_s
from ..latency.failure import FreshProcessError
from ..latency.stopwatch import refuse_stopped
from .cell import Cell
from .cell_times import CellTimes, Turn

if TYPE_CHECKING:
    from ..accuracy.predict import Progress

T = TypeVar("T")

FEWEST, MOST = 6, 40
"""Rounds: fewer than six bound no median at 95 % (`median_interval`)."""
TURN_S = 0.05
"""About what the calls of a turn take together, where they are short."""
MOST_CALLS = 5
"""Of a turn."""
HOPELESS = 4
"""Times the reference's time a clip from which on a cell of slow calls is not timed: the first ones say enough."""
LONG_S = 1.0
"""Seconds of a call that is slow in this sense."""
SLOW_S = 0.25
"""Seconds of a call from which on cold caches are nothing beside it: it is not woken."""


TIMING = "timing a grid"
"""How begins what progress is told of while rounds go on."""


class Timer(Protocol):
    """What calls cells, as `CellTimer` does."""

    def ready(self, cell: Cell) -> float: ...
    def turn(self, cell: Cell, number: int, calls: int, waking: int) -> Turn: ...


@dataclass(frozen=True)
class Plan:
    """How often a cell is called in a turn, by what a call takes."""

    calls: int
    waking: int

    @classmethod
    def of(cls, call_s: float) -> Plan:
        # What was last called was another cell: the first call finds caches and threads cold.
        return cls(max(1, min(MOST_CALLS, round(TURN_S / call_s))), 1 if call_s < SLOW_S else 0)


@dataclass
class Rounds:
    """What was timed so far, filled turn by turn: whatever ends the rounds leaves it as it is.

    Args:
        reference: the cell that all others are compared with.
    """

    reference: Cell
    turns: dict[Cell, dict[int, Turn]] = field(default_factory=dict[Cell, dict[int, Turn]])
    """Cell -> round -> its calls."""
    failures: dict[Cell, str] = field(default_factory=dict[Cell, str])
    """Why a cell is timed no more."""
    planned: int = 0

    def times(self, cell: Cell) -> CellTimes | None:
        """Of a cell, beside the reference; None where it has none, or failed."""
        if cell in self.failures or cell not in self.turns:
            return None
        return CellTimes(cell.batch, dict(self.turns[cell]), dict(self.turns.get(self.reference, {})))


def time_rounds(
    rounds: Rounds,
    cells: Sequence[Cell],
    timer: Timer,
    budget_s: float,
    progress: Progress | None = None,
) -> None:
    """Times cells until the rounds that fit into the budget are done, six in any case.

    Args:
        rounds: is filled.
        cells: the reference is one of them.

    Raises:
        FreshProcessError: the reference fails.
    """
    plans = _first_calls(rounds, cells, timer, progress)
    began = now_s()
    _round(rounds, 0, plans, timer)
    round_s = now_s() - began
    rounds.planned = max(FEWEST, min(MOST, int(budget_s / round_s)))
    alive = len(plans) - len(rounds.failures.keys() & plans.keys())
    took = duration(round_s * rounds.planned)
    what = f"{TIMING} of {alive} cells in {rounds.planned} rounds, {took} in all"
    for number in range(1, rounds.planned):
        if progress:
            progress(what, number, rounds.planned)
        _round(rounds, number, plans, timer)
    if progress:
        progress(what, rounds.planned, rounds.planned)


def duration(seconds: float) -> str:
    """`about 40 s`, `about 3 min`."""
    return f"about {seconds:.0f} s" if seconds < 100 else f"about {seconds / 60:.0f} min"


def _first_calls(
    rounds: Rounds, cells: Sequence[Cell], timer: Timer, progress: Progress | None
) -> Mapping[Cell, Plan]:
    """Calls every cell, which loads and builds it; those that answer, and how they are to be timed."""
    plans: dict[Cell, Plan] = {}
    reference_s = timer.ready(rounds.reference)
    for done, cell in enumerate(cells):
        if progress:
            progress(f"first call of {cell}", done, len(cells))
        call_s = _attempt(rounds, cell, partial(timer.ready, cell))
        if call_s is not None:
            refuse_stopped(2 * call_s)
            times = call_s / cell.batch / reference_s
            if call_s > LONG_S and times > HOPELESS:
                rounds.failures[cell] = f"takes {times:.0f} times as long as the reference"
            else:
                plans[cell] = Plan.of(call_s)
    if progress:
        progress("first calls", len(cells), len(cells))
    return plans


def _round(rounds: Rounds, number: int, plans: Mapping[Cell, Plan], timer: Timer) -> None:
    order = [cell for cell in plans if cell not in rounds.failures]
    Random(number).shuffle(order)
    for cell in order:
        plan = plans[cell]
        turn = _attempt(rounds, cell, partial(timer.turn, cell, number, plan.calls, plan.waking))
        if turn is not None:
            rounds.turns.setdefault(cell, {})[number] = turn


def _attempt(rounds: Rounds, cell: Cell, call: Callable[[], T]) -> T | None:
    """What a call returns; None where it fails, which is noted."""
    try:
        return call()
    except FreshProcessError as error:
        if cell == rounds.reference:
            raise
        rounds.failures[cell] = error.failure.text
        return None
