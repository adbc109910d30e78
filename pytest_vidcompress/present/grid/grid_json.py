"""A grid as JSON: everything in the units of the code, intervals as `[low, high]` under `<name>_interval`."""

from __future__ import annotations

import math
from typing import Any

from ...gate.grid_choice import GridChoice
from ...measure.grid.grid import Row
from ...measure.interval import Estimate
from ..formats.report_json import as_json
from .grid_rows import mark


def grid_json(choice: GridChoice) -> dict[str, Any]:
    """One object; `cells` has the timed ones, the fastest first, then those that were not, with the reason."""
    grid = choice.grid
    return {
        "grid": True,
        "model": grid.model,
        "test": grid.test,
        "machine": dict(grid.machine),
        "versions": list(grid.versions),
        "rounds_planned": grid.planned,
        "interrupted": grid.interrupted,
        "budget": dict(choice.budget.limits),
        "reference": _place(grid.reference),
        "cells": [
            *({**_timed(row), "best": mark(choice, row)} for row in choice.rows),
            *({**_place(row), "failure": row.failure} for row in grid.missing),
        ],
        "reports": {str(row.cell.arm): as_json(row.report) for row in grid.rows if row.report is not None},
    }


def _place(row: Row) -> dict[str, Any]:
    arm, cell = row.cell.arm, row.cell
    return {
        "precision": arm.precision,
        "runtime": arm.runtime,
        "batch": cell.batch,
        "threads": cell.threads,
    }


def _timed(row: Row) -> dict[str, Any]:
    times, flat = row.times, _place(row)
    if times is None:
        return flat
    for name in ("ratio", "latency", "p90", "clips_per_s"):
        value: Estimate | None = getattr(times, name)
        flat[name] = None if value is None else _finite(value)
        if value is not None:
            flat[f"{name}_interval"] = [_finite(value.low), _finite(value.high)]
    flat |= {"rounds": times.rounds, "quiet_share": times.quiet_share}
    return {**flat, "seconds": {str(number): list(turn) for number, turn in sorted(times.turns.items())}}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
