"""A metric over commits: a line a variant, what was taken over as marks, what changed as bands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from ....gate.history.series import Mark
from ....gate.history.trends import Trend
from ....gate.metrics import Metric, quantity
from ...history.change_rows import DEEDS, rise_text, source_text
from ..numbers import cell
from ..page_blocks import Cell, Figure, Table
from ..palette import SERIES, token
from .plot_parts import axis, layout, plot_text

_SYMBOLS = {"accept": "triangle-up", "tighten": "triangle-down", "anew": "star"}
"""Of what commits did to what is stored."""
_TICKS = 9
_DASHES = ("solid", "dash", "dot")
"""Beyond as many variants as there are colours."""


@dataclass(frozen=True)
class CommitAxis:
    """Commits that anything is known of, side by side."""

    places: Sequence[int]
    """In order, among all commits."""
    commits: Sequence[tuple[str, int, str]]
    """All of them: hash, seconds, subject."""

    def at(self, place: int) -> int:
        """Where a place lies on the axis."""
        return self._at[place]

    @cached_property
    def _at(self) -> dict[int, int]:
        return {place: at for at, place in enumerate(self.places)}

    def hover(self, place: int) -> str:
        """Which commit, in words."""
        sha, seconds, subject = self.commits[place]
        day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        return f"{sha[:8]} of {day}<br>{plot_text(subject, 70)}"

    @property
    def axis(self) -> dict[str, Any]:
        step = max(1, -(-len(self.places) // _TICKS))
        shown = [*range(0, len(self.places), step)]
        names = [self.commits[self.places[at]][0][:8] for at in shown]
        return axis(
            "commit", tickmode="array", tickvals=shown, ticktext=names, range=[-0.5, len(self.places) - 0.5]
        )


def over_commits(metric: Metric, machine: str, trends: Sequence[Trend], commits: CommitAxis) -> Figure:
    """One metric of all variants of a model, on one machine class where it depends on it."""
    ordered = sorted(
        trends, key=lambda each: (not each.changes, each.series.key.variant, each.series.key.source)
    )
    traces = [
        trace
        for place, trend in enumerate(ordered)
        for trace in _traces(trend, commits, SERIES[place % len(SERIES)], place // len(SERIES))
    ]
    title = f"{metric.name}, {machine}" if machine else metric.name
    scale = metric.unit.scale
    y = axis(f"{metric.unit.name}{f', {metric.unit.word or scale}' if scale != 1 else ''}", hoverformat=".4g")
    return Figure(
        f"commits-{metric.name.replace('_', '-')}",
        title,
        f"{metric.name} of {len(trends)} series over {len(commits.places)} commits; "
        f"{sum(len(each.changes) for each in trends)} changes were found.",
        traces,
        layout(commits.axis, y, shapes=_bands(ordered, commits)),
        _table(metric, ordered, commits),
        height=420,
    )


def _traces(trend: Trend, commits: CommitAxis, colour: str, round_: int) -> list[dict[str, Any]]:
    key, seen, scale = trend.series.key, trend.series.observations, trend.series.key.row.unit.scale
    name = " ".join(filter(None, (key.variant, source_text(trend.series))))
    x, y = [commits.at(each.place) for each in seen], [scale * each.value for each in seen]
    hover = [
        f"<b>{plot_text(name, 60)}</b><br>{quantity(key.metric, each.value)}<br>{commits.hover(each.place)}"
        for each in seen
    ]
    if not key.is_noisy:
        # What is stored holds until it is changed.
        x, y, hover = [*x, len(commits.places) - 1], [*y, y[-1]], [*hover, hover[-1]]
    line = {"color": colour, "width": 1.6, "shape": "linear" if key.is_noisy else "hv"}
    line |= {"dash": _DASHES[round_ % len(_DASHES)]}
    shown = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plot_text(name),
        "hoverinfo": "text",
        "hovertext": hover,
        "x": x,
        "y": y,
        "line": line,
        "marker": {"size": 5 if key.is_noisy else 4, "color": colour},
    }
    marks = _marks(trend, commits, colour, name)
    return [shown, marks] if marks else [shown]


def _marks(trend: Trend, commits: CommitAxis, colour: str, name: str) -> dict[str, Any] | None:
    marks, key = trend.series.marks, trend.series.key
    if not marks:
        return None

    def words(mark: Mark) -> str:
        changed = f"{quantity(key.metric, mark.before)} → {quantity(key.metric, mark.after)}"
        return f"<b>{plot_text(name, 60)}: {DEEDS[mark.deed]}</b><br>{changed}<br>{commits.hover(mark.place)}"

    return {
        "type": "scatter",
        "mode": "markers",
        "name": plot_text(f"{name}: taken over"),
        "showlegend": False,
        "hoverinfo": "text",
        "hovertext": [words(mark) for mark in marks],
        "x": [commits.at(mark.place) for mark in marks],
        "y": [key.row.unit.scale * mark.after for mark in marks],
        "marker": {
            "size": 12,
            "symbol": [_SYMBOLS[mark.deed] for mark in marks],
            "color": colour,
            "line": {"color": token("ink"), "width": 1},
        },
    }


def _bands(trends: Sequence[Trend], commits: CommitAxis) -> list[dict[str, Any]]:
    """From the last commit of the old level to the first of the new one."""
    ends = {(each.first, each.last, each.is_worse) for trend in trends for each in trend.changes}
    return [
        {
            "type": "rect",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": commits.at(first) - 0.5,
            "x1": commits.at(last) + 0.5,
            "fillcolor": token("failed" if is_worse else "passed"),
            "opacity": 0.14,
            "line": {"width": 0},
            "layer": "below",
        }
        for first, last, is_worse in sorted(ends)
    ]


def _table(metric: Metric, trends: Sequence[Trend], commits: CommitAxis) -> Table:
    """A line a series: where it stood, stands and is held to, and its changes."""
    return Table(
        f"{metric.name} over commits: the numbers",
        (
            "variant",
            "from",
            "commits",
            "at the anchor",
            "last baseline",
            "now",
            "since the anchor",
            "changes",
        ),
        [
            (
                Cell(each.series.key.variant),
                Cell(source_text(each.series) or "baselines"),
                cell(float(len(each.series.observations)), str(len(each.series.observations))),
                cell(each.anchor, quantity(metric.name, each.anchor)),
                cell(each.series.stored, quantity(metric.name, each.series.stored)),
                cell(each.now, quantity(metric.name, each.now)),
                cell(each.since_anchor, rise_text(each.series, each.since_anchor)),
                Cell(_changes(each, commits)),
            )
            for each in trends
        ],
        words=frozenset({0, 1, 7}),
    )


def _changes(trend: Trend, commits: CommitAxis) -> str:
    def words(first: int, last: int) -> str:
        ends = [commits.commits[place][0][:8] for place in (first, last)]
        return ends[0] if first == last else "..".join(ends)

    return "; ".join(
        f"{each.kind} of {rise_text(trend.series, each.rise)} at {words(each.first, each.last)}"
        for each in trend.changes
    )
