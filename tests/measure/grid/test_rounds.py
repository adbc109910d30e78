from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.grid import rounds
from pytest_vidcompress.measure.grid.cell import Arm, Cell
from pytest_vidcompress.measure.grid.cell_times import Turn
from pytest_vidcompress.measure.grid.rounds import FEWEST, MOST, Plan, Rounds, duration, time_rounds
from pytest_vidcompress.measure.latency.failure import Cause, Failure, FreshProcessError
from tests.measure.grid.grids import BASE

FAST, SLOW = Cell(Arm("fp16", "openvino")), Cell(Arm("int8-static", "openvino"), 4)
CELLS = (BASE, FAST, SLOW)


@dataclass
class Clock:
    """Calls take what is said, on a clock of their own."""

    call_s: float = 0.01
    now: float = 0.0
    log: list[tuple[int, Cell]] = field(default_factory=list)
    failing: dict[Cell, int] = field(default_factory=dict)
    """Cell -> the round from which on it fails; -1: its first call."""
    first_s: dict[Cell, float] = field(default_factory=dict)
    """What first calls take, where that is something else."""
    interrupted: int = 1000
    """The turn that is interrupted."""

    def ready(self, cell: Cell) -> float:
        self._fail(cell, -1)
        return self.first_s.get(cell, self.call_s)

    def turn(self, cell: Cell, number: int, calls: int, waking: int) -> Turn:
        if len(self.log) == self.interrupted:
            raise KeyboardInterrupt
        self._fail(cell, number)
        self.log.append((number, cell))
        self.now += self.call_s * (calls + waking)
        return (self.call_s,) * calls

    def _fail(self, cell: Cell, number: int) -> None:
        if number >= self.failing.get(cell, 1000):
            raise FreshProcessError(Failure(Cause.RAISED, "no such shape", "arm"), "it failed")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    def run(clock: Clock, budget_s: float = 10.0, progress=None) -> Rounds:
        monkeypatch.setattr(rounds, "now_s", lambda: clock.now)
        made = Rounds(BASE)
        with suppress(KeyboardInterrupt):
            time_rounds(made, CELLS, clock, budget_s, progress)
        return made

    return run


def test_every_cell_is_timed_once_a_round_in_an_order_of_chance(run) -> None:
    clock = Clock()
    made = run(clock)
    assert Counter(clock.log) == {(number, cell): 1 for number in range(made.planned) for cell in CELLS}
    orders = {tuple(cell for number, cell in clock.log if number == each) for each in range(made.planned)}
    assert len(orders) > 3


@pytest.mark.parametrize(("budget_s", "planned"), [(0.0, FEWEST), (3.6, 20), (1000.0, MOST)])
def test_as_many_rounds_as_the_budget_has_room_for(run, budget_s, planned) -> None:
    # Three turns of five calls and one that wakes, 10 ms each: 0.18 s a round.
    assert run(Clock(), budget_s).planned == planned


def test_what_all_of_it_takes_is_said_after_the_first_round(run) -> None:
    said: list[str] = []
    run(Clock(), 3.6, lambda what, done, total: said.append(what))
    timing = {what for what in said if what.startswith("timing")}
    assert timing == {"timing a grid of 3 cells in 20 rounds, about 4 s in all"}
    assert (duration(99), duration(200)) == ("about 99 s", "about 3 min")


def test_short_calls_are_repeated_and_woken_and_long_ones_are_not() -> None:
    assert Plan.of(0.001) == Plan(5, 1)
    assert Plan.of(0.03) == Plan(2, 1)
    assert Plan.of(1.0) == Plan(1, 0)


@pytest.mark.parametrize("since", [-1, 0, 3])
def test_a_cell_that_fails_is_timed_no_more_and_the_others_are(run, since) -> None:
    made = run(Clock(failing={SLOW: since}))
    assert made.failures == {SLOW: "no such shape"}
    assert made.times(SLOW) is None
    assert made.times(FAST).rounds == made.planned


def test_what_is_slow_beyond_hope_is_called_once() -> None:
    made, clock = Rounds(BASE), Clock(first_s={BASE: 1.0, SLOW: 20.0, FAST: 3.9})
    plans = rounds._first_calls(made, CELLS, clock, None)
    # Of a batch of four.
    assert made.failures == {SLOW: "takes 5 times as long as the reference"}
    assert plans.keys() == {BASE, FAST}
    short = Clock(first_s={BASE: 0.001, SLOW: 0.9})
    assert rounds._first_calls(Rounds(BASE), CELLS, short, None).keys() == {*CELLS}


def test_without_the_reference_nothing_can_be_compared(run) -> None:
    with pytest.raises(FreshProcessError):
        run(Clock(failing={BASE: 2}))


def test_what_was_timed_before_an_interrupt_is_there(run) -> None:
    made = run(Clock(interrupted=3 * 4 + 1))
    assert {made.times(cell).rounds for cell in CELLS} == {4}


def test_a_clock_that_stands_is_refused(run) -> None:
    with pytest.raises(VidcompressError, match="clock"):
        run(Clock(call_s=0.0))
