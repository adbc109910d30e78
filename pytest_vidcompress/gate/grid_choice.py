"""Which cells of a grid are within a budget, which of these serve best, and which nothing beats. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .budget import Budget
from .metrics import LIMITS, Limit

if TYPE_CHECKING:
    from ..measure.grid.cell import Cell
    from ..measure.grid.grid import Grid, Row


TIMED = "latency_ratio"
"""The limit of time that a grid measures, cell by cell; accuracy and cost are of the arm's report."""
NOT_MEASURED = tuple(
    name for name, limit in LIMITS.items() if limit.metric.rule in ("tail", "started", "answered")
)
"""Limits of what a grid leaves to the tests of a variant."""


def refuse_unmeasured(budget: Budget) -> None:
    """Raises VidcompressError where a budget limits what no grid measures: no cell could hold it."""
    names = [name for name in budget.limits if name in NOT_MEASURED]
    if names:
        left = ", ".join(name for name in LIMITS if name not in NOT_MEASURED)
        raise VidcompressError(f"a grid does not measure {' and '.join(names)}: limit one of {left}")


@dataclass(frozen=True)
class GridChoice:
    """A grid beside a budget. Rows are in the order of time a clip, the fastest first."""

    grid: Grid
    budget: Budget = field(default_factory=Budget)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Those that were timed."""
        return tuple(sorted(self.grid.timed, key=clip_s))

    @cached_property
    def within(self) -> tuple[Row, ...]:
        """Those that hold every limit of the budget, by what was measured; all of them without one."""
        return tuple(row for row in self.rows if not self.broken(row))

    def broken(self, row: Row) -> tuple[str, ...]:
        """The limits that a row breaks, or of which nothing is known there."""
        return tuple(
            name for name, allowed in self.budget.limits.items() if not _holds(LIMITS[name], row, allowed)
        )

    @cached_property
    def fastest(self) -> Mapping[int, Row]:
        """Batch -> the row within the budget whose calls of that batch are the shortest."""
        best: dict[int, Row] = {}
        for row in self.within:
            best.setdefault(row.cell.batch, row)
        return dict(sorted(best.items()))

    @property
    def most_clips(self) -> Row | None:
        """The row within the budget with the most clips a second; None where none is."""
        return next(iter(self.within), None)

    def ties(self, best: Row, among: Iterable[Row] | None = None) -> tuple[Row, ...]:
        """Rows within the budget that are not surely slower than `best`, at 95 %, round against round.

        Args:
            among: which rows; all within the budget unless given.
        """
        rows = self.within if among is None else among
        return tuple(row for row in rows if row is not best and not _surely_slower(row, best))

    def ties_in_batch(self, best: Row) -> tuple[Row, ...]:
        """Those of its own batch alone."""
        return self.ties(best, [row for row in self.within if row.cell.batch == best.cell.batch])

    @cached_property
    def tied(self) -> frozenset[Cell]:
        """Cells that are not surely slower than the best of their batch, or than the one with the most clips."""
        ties = [row for best in self.fastest.values() for row in self.ties_in_batch(best)]
        if self.most_clips is not None:
            ties += self.ties(self.most_clips)
        return frozenset(row.cell for row in ties)

    @cached_property
    def front(self) -> tuple[Row, ...]:
        """Rows that no other of their batch beats in time, agreement and size together (Pareto).

        What is measured as faster beats another by that alone only where it surely is.
        """
        return tuple(
            row
            for row in self.within
            if not any(_beats(other, row) for other in self.within if other.cell.batch == row.cell.batch)
        )


def clip_s(row: Row) -> float:
    """Seconds of a clip, relative to the reference's: what rows are ordered by."""
    assert row.times is not None
    return row.times.ratio


def _holds(limit: Limit, row: Row, allowed: float) -> bool:
    measured = _measured(limit, row)
    if measured is None:
        return False
    return measured >= allowed if limit.at_least else measured <= allowed


def _measured(limit: Limit, row: Row) -> float | None:
    """What a limit is about; time is the cell's own."""
    if limit.name == TIMED:
        return None if row.times is None else float(row.times.ratio)
    return None if row.report is None else limit.of(row.report)


def _surely_slower(row: Row, other: Row) -> bool:
    assert row.times is not None
    assert other.times is not None
    return row.times.surely_slower(other.times)


def _beats(other: Row, row: Row) -> bool:
    if other is row:
        return False
    mine, theirs = _merits(row), _merits(other)
    if any(b < a for a, b in zip(mine, theirs, strict=True)):
        return False
    better = theirs != mine
    return (better and clip_s(other) <= clip_s(row)) or _surely_slower(row, other)


def _merits(row: Row) -> Sequence[float]:
    """What is better when it is more, besides time; what is not known is the least."""
    if row.report is None:
        return (-1.0, -float("inf"))
    size = row.report.size_bytes
    return (float(row.report.agreement), -float("inf") if size is None else -float(size))
