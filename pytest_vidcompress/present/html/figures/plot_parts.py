"""What plots have in common: axes, names as plots may show them, intervals."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....measure.interval import Estimate
from ...printable import printable
from ...text_table import shorten
from ..palette import token

LONGEST_NAME = 34
"""Characters of a variant beside a plot."""
MARK = {
    "failed": "x",
    "inconclusive": "diamond",
    "new": "triangle-up",
    "passed": "circle",
    "unchecked": "square",
}
"""The symbol of a status, so that colour is not all that tells."""
INK, QUIET, LINE = token("ink"), token("quiet"), token("line")


def plot_text(value: object, length: int = LONGEST_NAME) -> str:
    """Foreign text in a plot, which reads a few tags of HTML."""
    return html.escape(shorten(printable(value), length), quote=False)


def axis(title: str, **more: Any) -> dict[str, Any]:
    """One that is quiet, with a grid that is quieter."""
    quiet = {"gridcolor": LINE, "linecolor": LINE, "zerolinecolor": LINE, "tickfont": {"color": QUIET}}
    return {
        "title": {"text": title, "font": {"color": QUIET, "size": 12}},
        "automargin": True,
        **quiet,
        **more,
    }


def layout(x: Mapping[str, Any], y: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Of a plot with two axes."""
    return {
        "xaxis": dict(x),
        "yaxis": dict(y),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif",
            "size": 13,
            "color": INK,
        },
        "margin": {"l": 56, "r": 16, "t": 16, "b": 48},
        "hoverlabel": {
            "bgcolor": token("card"),
            "bordercolor": QUIET,
            "font": {"color": INK},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "font": {"color": INK},
            "traceorder": "normal",
        },
        "hovermode": "closest",
        **more,
    }


def rows_layout(x: Mapping[str, Any], names: Sequence[str], **more: Any) -> dict[str, Any]:
    """Of bars or the like that lie below each other, the first at the top, under their names."""
    places = [*range(len(names))]
    texts = [plot_text(name) for name in names]
    y = axis("", tickmode="array", tickvals=places, ticktext=texts, range=[len(names) - 0.5, -0.5])
    return layout(x, y | {"zeroline": False, "showgrid": False, "tickfont": {"color": INK}}, **more)


def row_bar(name: str, values: Sequence[float], hover: Sequence[str], colour: str) -> dict[str, Any]:
    """Of the same, a bar in every row, or a piece of one that is stacked."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "hoverinfo": "text",
        "x": [*values],
        "y": [*range(len(values))],
        "hovertext": [*hover],
        "marker": {"color": colour},
    }


def rows_height(rows: int, each: int = 26) -> int:
    """Of the same, CSS pixels."""
    return 110 + each * max(rows, 2)


def reach(values: Iterable[float]) -> dict[str, Any]:
    """How far the intervals of estimates go beyond them; what nothing bounds is not drawn."""
    ups, downs = list[float](), list[float]()
    for value in values:
        low, high = value.interval if isinstance(value, Estimate) else (value, value)
        ups.append(high - value if math.isfinite(high) else 0.0)
        downs.append(value - low if math.isfinite(low) else 0.0)
    return {
        "type": "data",
        "symmetric": False,
        "array": ups,
        "arrayminus": downs,
        "thickness": 1.2,
        "width": 0,
    }


def bars_of(x: Sequence[float], y: Sequence[float], colour: str) -> dict[str, Any]:
    """The intervals of points in both directions, fainter than the points that are drawn over them."""
    return {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "skip",
        "showlegend": False,
        "opacity": 0.4,
        "x": [*map(float, x)],
        "y": [*map(float, y)],
        "marker": {"size": 0.1, "color": colour},
        "error_x": reach(x) | {"color": colour},
        "error_y": reach(y) | {"color": colour},
    }


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """The places of those that none beats: none costs as little and is as good, and is better in one of both.

    Args:
        points: cost and gain.
    """
    order = sorted(range(len(points)), key=lambda place: (points[place][0], -points[place][1]))
    found, best = list[int](), -math.inf
    for place in order:
        if points[place][1] > best:
            found.append(place)
            best = points[place][1]
    return found
