"""A grid: everything that was measured of one model, a row a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..report import Report
from .cell import Cell

if TYPE_CHECKING:
    from .cell_times import CellTimes


@dataclass(frozen=True)
class Row:
    """What is known of a cell."""

    cell: Cell
    report: Report | None = field(default=None, repr=False)
    """Accuracy and cost of its arm; None where it could not be built."""
    times: CellTimes | None = field(default=None, repr=False)
    """None where it was not timed."""
    failure: str = ""
    """Why something is missing, in a few words."""


@dataclass(frozen=True)
class Grid:
    """Cells of one model, timed in the same rounds."""

    model: str
    test: str
    """`path/test_file.py::test_name`."""
    rows: tuple[Row, ...]
    """The reference first."""
    machine: Mapping[str, str | int]
    """As `Machine.facts`; its threads are those of the reference."""
    versions: tuple[str, ...]
    """Of the runtimes that were timed, such as `openvino2026.4`."""
    planned: int = 0
    """Rounds, if nothing ends them before."""
    interrupted: bool = False

    @property
    def reference(self) -> Row:
        return self.rows[0]

    @property
    def timed(self) -> tuple[Row, ...]:
        """Those that were timed beside the reference, this one included."""
        return tuple(row for row in self.rows if row.times is not None and row.times.rounds)

    @property
    def missing(self) -> tuple[Row, ...]:
        """Those that were not."""
        timed = {row.cell for row in self.timed}
        return tuple(row for row in self.rows if row.cell not in timed)
