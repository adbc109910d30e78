"""A grid that shows nothing is never green."""

from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.grid_choice import GridChoice
from pytest_vidcompress.measure.grid.cell import Arm, Cell
from pytest_vidcompress.measure.grid.grid import Row
from pytest_vidcompress.run.grid.grid_measurer import refuse_nothing
from tests.measure.grid.grids import grid, row

CELL = row("fp16", 5.0)


def test_a_budget_that_no_cell_is_within_fails_the_test() -> None:
    refuse_nothing(GridChoice(grid(CELL), Budget.from_kwargs(latency_ratio=0.6)))
    with pytest.raises(AssertionError, match=r"within the budget \(latency_ratio=0.4\)"):
        refuse_nothing(GridChoice(grid(CELL), Budget.from_kwargs(latency_ratio=0.4)))


def test_a_grid_of_the_reference_alone_says_why_there_is_no_more() -> None:
    failed = Row(Cell(Arm("fp16", "openvino"), 1, 2), failure="it needs openvino")
    with pytest.raises(VidcompressError, match="but the reference was measured: it needs openvino"):
        refuse_nothing(GridChoice(grid(failed)))
    with pytest.raises(VidcompressError, match="no other cell"):
        refuse_nothing(GridChoice(grid()))
