"""A field of colours: a column a variant, a row a class or a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..palette import token
from .plot_parts import axis, layout


@dataclass(frozen=True)
class Colours:
    """What numbers are painted as."""

    low: float
    high: float
    """The ends of the scale."""
    scale: Sequence[Sequence[Any]]
    """Share of the way from end to end, and the colour there."""
    legend: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of the bar beside the field."""


def heat_map(
    z: Sequence[Sequence[float | None]], hover: Sequence[Sequence[str]], colours: Colours, gap: int = 1
) -> dict[str, Any]:
    """A trace.

    Args:
        z: row by row; None is left blank.
        hover: likewise.
        gap: between rows, CSS pixels.
    """
    return {
        "type": "heatmap",
        "hoverinfo": "text",
        "xgap": 2,
        "ygap": gap,
        "zmin": colours.low,
        "zmax": colours.high,
        "z": [[*row] for row in z],
        "hovertext": [[*row] for row in hover],
        "colorscale": [[*each] for each in colours.scale],
        "colorbar": {
            **colours.legend,
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"color": token("quiet")},
        },
    }


def heat_map_layout(columns: Sequence[str], rows: Sequence[str]) -> dict[str, Any]:
    """The first row at the top, names of columns above it.

    Args:
        columns: names as the plot shows them; likewise the rows.
    """

    def ticks(names: Sequence[str]) -> dict[str, Any]:
        return {
            "tickmode": "array",
            "tickvals": [*range(len(names))],
            "ticktext": [*names],
            "showgrid": False,
            "zeroline": False,
        }

    x = axis("", side="top", tickangle=0 if len(columns) == 1 else -35, **ticks(columns))
    y = axis("", autorange="reversed", **ticks(rows))
    return layout(x, y, margin={"l": 40, "r": 16, "t": 40, "b": 16})
