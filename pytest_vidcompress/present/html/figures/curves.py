"""How trainings went: the loss over the steps, a line a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..numbers import cell, whole_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import SERIES
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, objects, text
from .plot_parts import axis, layout, plot_text

DASHES = ("solid", "dash", "dot", "dashdot")
Point = tuple[float, float, float | None]
"""Step, loss, and seconds of training where they are known."""


def learning_curves(model: ModelOfRun) -> Figure | None:
    """None where nothing was trained, or seen of it at more than one step."""
    found = [
        (each.name, curve, points)
        for each in model.variants
        for curve in objects(each.entry, "learning")
        if len(points := _points(curve)) > 1
    ]
    if not found:
        return None
    return Figure(
        "learning",
        "Loss while learning",
        f"The loss over the steps of {len(found)} trainings, downwards as it is learned.",
        [_trace(place, *training) for place, training in enumerate(found)],
        layout(axis("step", rangemode="tozero"), axis("loss")),
        _table(found),
    )


def _trace(place: int, name: str, curve: Entry, points: Sequence[Point]) -> dict[str, Any]:
    line = {"color": SERIES[place % len(SERIES)], "dash": DASHES[place // len(SERIES) % len(DASHES)]}
    title = f"<b>{plot_text(name, 60)}</b><br>{plot_text(text(curve, 'name'), 60)}"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plot_text(name),
        "hoverinfo": "text",
        "x": [step for step, _, _ in points],
        "y": [loss for _, loss, _ in points],
        "hovertext": [f"{title}<br>step {step:,.0f}: loss {loss:.4g}" for step, loss, _ in points],
        "line": line,
        "marker": {"size": 4},
    }


def _table(found: Sequence[tuple[str, Entry, Sequence[Point]]]) -> Table:
    rows = [
        (
            Cell(name),
            Cell(text(curve, "name")),
            whole_cell(step),
            cell(loss, f"{loss:.4g}"),
            cell(seconds),
        )
        for name, curve, points in found
        for step, loss, seconds in points
    ]
    header = ("variant", "technique", "step", "loss", "seconds")
    return Table("Learning: the numbers", header, rows, words=frozenset({0, 1}))


def _points(curve: Entry) -> list[Point]:
    return [
        (step, loss, number(point, "seconds"))
        for point in objects(curve, "points")
        if (step := number(point, "step")) is not None and (loss := number(point, "loss")) is not None
    ]
