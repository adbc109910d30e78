"""Which cells are within a budget, which of them are the best, and what is not surely worse."""

from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.grid_choice import NOT_MEASURED, GridChoice, refuse_unmeasured
from pytest_vidcompress.measure.grid.cell import Arm, Cell
from pytest_vidcompress.measure.grid.grid import Row
from tests.measure.grid.grids import REFERENCE_ROW, grid, row

LOSSY = row("int4", 1.0, agreement=0.80, size_bytes=2_000_000)
INT8 = row("int8-static", 3.0, agreement=0.99, size_bytes=3_000_000)
HALF = row("fp16", 5.0, size_bytes=6_000_000)
BATCHED = row("int8-static", 2.0, agreement=0.99, size_bytes=3_000_000, batch=4)
BIG = row("fuse", 4.0, size_bytes=24_000_000)
ALL = (HALF, LOSSY, BIG, INT8, BATCHED)


def budget(**limits: float) -> Budget:
    return Budget.from_kwargs(**limits)


def test_rows_are_in_the_order_of_time() -> None:
    assert GridChoice(grid(*ALL)).rows == (LOSSY, BATCHED, INT8, BIG, HALF, REFERENCE_ROW)


def test_the_fastest_within_a_budget_is_of_each_batch() -> None:
    choice = GridChoice(grid(*ALL), budget(agreement=0.95))
    assert choice.broken(LOSSY) == ("agreement",)
    assert choice.fastest == {1: INT8, 4: BATCHED}
    assert choice.most_clips is BATCHED


def test_size_drop_and_time_are_budgets_too() -> None:
    fits = GridChoice(grid(*ALL), budget(size_ratio=0.5)).within
    assert fits == (LOSSY, BATCHED, INT8, HALF)
    assert GridChoice(grid(*ALL), budget(latency_ratio=0.35, agreement=0.9)).within == (BATCHED, INT8)
    # The reference has no drop; what was not measured holds nothing.
    assert REFERENCE_ROW in GridChoice(grid(*ALL), budget(top1_drop=0.0)).within
    assert GridChoice(grid(Row(LOSSY.cell, None, LOSSY.times)), budget(agreement=0.1)).within == (
        REFERENCE_ROW,
    )


def test_nothing_within_the_budget() -> None:
    choice = GridChoice(grid(*ALL), budget(latency_ratio=0.05))
    assert (choice.within, choice.fastest, choice.most_clips) == ((), {}, None)


def test_what_a_grid_does_not_measure_is_no_budget_of_it() -> None:
    for name in NOT_MEASURED:
        with pytest.raises(VidcompressError, match=f"does not measure {name}: limit one of .*agreement"):
            refuse_unmeasured(budget(**{name: 1.0}))
    refuse_unmeasured(budget(agreement=0.5, size_ratio=0.5, latency_ratio=0.5))


def test_what_is_not_surely_slower_ties() -> None:
    close = row("fuse+int8-static", [2.9] * 5 + [3.1] * 7)
    slower = row("int8-weights", 3.1)
    choice = GridChoice(grid(INT8, close, slower, BATCHED))
    assert choice.ties_in_batch(INT8) == (close,)
    assert choice.ties(BATCHED) == ()
    assert choice.tied == {close.cell}


def test_ties_are_within_the_budget() -> None:
    close = row("int4", [2.9] * 5 + [3.1] * 7, agreement=0.5)
    assert GridChoice(grid(INT8, close), budget(agreement=0.9)).ties_in_batch(INT8) == ()


def test_the_front_is_what_nothing_beats_in_time_agreement_and_size_together() -> None:
    front = GridChoice(grid(*ALL)).front
    # `fuse` is the fastest of those that agree everywhere; the reference is beaten by `fp16`.
    assert front == (LOSSY, BATCHED, INT8, BIG, HALF)


def test_a_small_difference_in_time_beats_nothing() -> None:
    same = row("fp16", [4.8] * 5 + [5.2] * 7, size_bytes=6_000_000, runtime="torch")
    assert GridChoice(grid(HALF, same)).front == (HALF, same)
    slower = row("fp16", 5.2, size_bytes=6_000_000, runtime="torch")
    assert GridChoice(grid(HALF, slower)).front == (HALF,)


def test_a_cell_that_was_not_timed_is_missing() -> None:
    failed = Row(Cell(Arm("int8-dynamic", "openvino"), 1, 2), failure="it cannot")
    made = grid(INT8, failed)
    assert made.missing == (failed,)
    assert GridChoice(made).rows == (INT8, REFERENCE_ROW)
