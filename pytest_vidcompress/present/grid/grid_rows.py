"""The rows of a grid as cells of text, the fastest first: what terminal and page show of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ...gate.grid_choice import GridChoice
from ...gate.metrics import LIMITS
from ...measure.grid.grid import Row
from ...measure.interval import Estimate

SAID = {
    "best": "the most clips a second, and the shortest call of its batch",
    "latency": "the shortest call of its batch",
    "tie": "not surely slower than one of these",
    "front": "beaten by none in time, agreement and size together",
    "over": "not within the budget",
    "ref": "what all others are compared with",
}
"""What stands in the column `best`, and what it means."""


@dataclass(frozen=True)
class GridColumn:
    """The cells of all rows under a heading."""

    heading: str
    cells: tuple[str, ...]


def columns_of(choice: GridChoice) -> list[GridColumn]:
    """Those of every row that was timed, the name first."""
    made: list[GridColumn] = [
        GridColumn(heading, tuple(write(row) for row in choice.rows)) for heading, write in _COLUMNS.items()
    ]
    return [*made, GridColumn("best", tuple(mark(choice, row) for row in choice.rows))]


def mark(choice: GridChoice, row: Row) -> str:
    """A word of `SAID`; empty where there is nothing to say."""
    if choice.broken(row):
        return "over"
    if row is choice.most_clips:
        return "best"
    if row is choice.fastest[row.cell.batch]:
        return "latency"
    if row.cell in choice.tied:
        return "tie"
    if not choice.budget.limits and row in choice.front:
        return "front"
    return "ref" if row is choice.grid.reference else ""


def milliseconds(seconds: float) -> str:
    """Three digits and no exponent."""
    ms = 1000 * seconds
    return f"{ms:.{0 if ms >= 100 else 1 if ms >= 10 else 2}f}"


def _name(row: Row) -> str:
    return str(row.cell.arm)


def _with_reach(value: Estimate, text: str) -> str:
    """A number, and how far its interval reaches to the further side, relative to it."""
    reach = max(value.high - value, value - value.low) / value
    return f"{text} ±{reach:.0%}" if math.isfinite(reach) else text


def rate(per_s: float) -> str:
    """Likewise."""
    return f"{per_s:.{0 if per_s >= 100 else 1 if per_s >= 10 else 2}f}"


def _ratio(row: Row) -> str:
    return _with_reach(row.times.ratio, f"{row.times.ratio:.2f}") if row.times else "-"


def _call(row: Row) -> str:
    return milliseconds(row.times.latency) if row.times else "-"


def _p90(row: Row) -> str:
    return milliseconds(row.times.p90) if row.times and row.times.p90 is not None else "-"


def _per_s(row: Row) -> str:
    return _with_reach(row.times.clips_per_s, rate(row.times.clips_per_s)) if row.times else "-"


def _agreement(row: Row) -> str:
    return f"{100 * row.report.agreement:.1f}" if row.report else "-"


def _size(row: Row) -> str:
    """Relative to the reference's."""
    ratio = LIMITS["size_ratio"].of(row.report) if row.report else None
    return "-" if ratio is None else f"{ratio:.0%}"


_COLUMNS: dict[str, Callable[[Row], str]] = {
    "cell": _name,
    "batch": lambda row: str(row.cell.batch),
    "threads": lambda row: str(row.cell.threads),
    "time": _ratio,
    "ms": _call,
    "p90": _p90,
    "clips/s": _per_s,
    "agree": _agreement,
    "size": _size,
}
