"""Grids for tests, made without timing anything."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_vidcompress.measure.grid.cell import REFERENCE, Arm, Cell
from pytest_vidcompress.measure.grid.cell_times import CellTimes
from pytest_vidcompress.measure.grid.grid import Grid, Row
from pytest_vidcompress.measure.interval import Estimate
from tests.gate.reports import changed, report

ROUNDS = 12
BASE = Cell(REFERENCE, 1, 2)
REPORT = report()


def times(clip_ms: float | Sequence[float], batch: int = 1, reference_ms: float = 10.0) -> CellTimes:
    """A call a round: always as long, or as the list says."""
    each = [clip_ms] * ROUNDS if isinstance(clip_ms, int | float) else clip_ms
    return CellTimes(
        batch,
        {number: (batch * ms / 1000,) for number, ms in enumerate(each)},
        dict.fromkeys(range(len(each)), (reference_ms / 1000,)),
    )


def row(
    precision: str,
    clip_ms: float | Sequence[float],
    agreement: float = 1.0,
    size_bytes: int = 12_000_000,
    batch: int = 1,
    runtime: str = "openvino",
) -> Row:
    """A cell whose reference takes 10 ms and 12 MB."""
    measured = changed(REPORT, agreement=Estimate(agreement), size_bytes=size_bytes)
    return Row(Cell(Arm(precision, runtime), batch, 2), measured, times(clip_ms, batch))


REFERENCE_ROW = Row(BASE, REPORT.reference, times(10.0))


def grid(*rows: Row, interrupted: bool = False) -> Grid:
    """The rows after the reference's."""
    return Grid(
        "videomae",
        "test_it.py::test_grid",
        (REFERENCE_ROW, *rows),
        {"cpu": "A CPU", "isa": "avx512", "features": "avx512 vnni", "threads": 2},
        ("torch2.13", "openvino2026.4"),
        ROUNDS,
        interrupted,
    )
