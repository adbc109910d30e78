"""Accuracy against what it costs: a point a variant, its interval, the front, budgets, where points were before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..numbers import cell, ends, points
from ..page_blocks import Cell, Figure, Label, Table
from ..palette import token
from ..reading.run import ModelOfRun
from ..reading.values import estimate, number
from .plot_parts import LINE, MARK, QUIET, axis, bars_of, layout, plot_text
from .tradeoff_points import Cost, Point, points_of


def tradeoff(model: ModelOfRun, cost: Cost) -> Figure | None:
    """None where no variant has both numbers."""
    found = points_of(model, cost)
    if not found:
        return None
    names = [each.variant.name for each in found if each.on_front]
    said = f"on the front: {', '.join(names)}" if names else "none is on the front"
    about = (
        f"Change of {model.accuracy} in points, upwards, against {cost.name} as a multiple of the reference's, to the"
        f" right; {len(found)} variants; {said}."
    )
    return Figure(
        f"front-{cost.name.lower()}",
        cost.title,
        about,
        [*_before(found), _front(found), _reference(), *_points(found, cost)],
        _layout(model, cost, found),
        _table(model, cost, found),
        460 if cost.name == "time" else 380,
        [*_labels(found)],
        cost.name == "time",
    )


def _before(found: Sequence[Point]) -> Iterator[dict[str, Any]]:
    """Hollow points, each joined to today's."""
    xs, ys = list[float | None](), list[float | None]()
    hollow: list[tuple[float, float, str]] = []
    for each in found:
        for x, y, when in each.before:
            xs += [x, float(each.x), None]
            ys += [y, float(each.y), None]
            hollow.append(
                (x, y, f"<b>{plot_text(each.variant.name, 60)}</b> {when}<br>{x:.2f}, {points(y)} points")
            )
    if not hollow:
        return
    yield {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": QUIET, "width": 1, "dash": "dot"},
    }
    yield {
        "type": "scatter",
        "mode": "markers",
        "name": "before (baseline or earlier run)",
        "x": [x for x, _, _ in hollow],
        "y": [y for _, y, _ in hollow],
        "hovertext": [said for _, _, said in hollow],
        "hoverinfo": "text",
        "marker": {"symbol": "circle-open", "size": 11, "color": QUIET, "line": {"width": 1.5}},
    }


def _front(found: Sequence[Point]) -> dict[str, Any]:
    line = [(float(each.x), float(each.y)) for each in found if each.on_front]
    # The reference has its place among them, unless one is as good for less.
    if not any(x <= 1 and y >= 0 for x, y in line):
        line.append((1.0, 0.0))
    line.sort()
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "Pareto front",
        "hoverinfo": "skip",
        "x": [x for x, _ in line],
        "y": [y for _, y in line],
        "line": {"color": token("front"), "width": 2, "shape": "hv"},
        "opacity": 0.55,
    }


def _reference() -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "uncompressed reference",
        "x": [1.0],
        "y": [0.0],
        "hovertext": ["the uncompressed reference"],
        "hoverinfo": "text",
        "marker": {"symbol": "star", "size": 14, "color": token("reference")},
    }


def _points(found: Sequence[Point], cost: Cost) -> Iterator[dict[str, Any]]:
    """A trace a status, so that the legend says what colours mean."""
    for status, symbol in MARK.items():
        own = [each for each in found if each.variant.status == status]
        if not own:
            continue
        colour = token(status)
        yield bars_of([each.x for each in own], [each.y for each in own], colour)
        yield {
            "type": "scatter",
            "mode": "markers",
            "name": status,
            "hoverinfo": "text",
            "x": [float(each.x) for each in own],
            "y": [float(each.y) for each in own],
            "hovertext": [_hover(each, cost) for each in own],
            "marker": {
                "symbol": symbol,
                "size": [13 if each.on_front else 9 for each in own],
                "color": colour,
                "opacity": 1,
                "line": {"color": token("card"), "width": 1},
            },
        }


def _hover(point: Point, cost: Cost) -> str:
    own = number(point.variant.entry, cost.own)
    counted = number(point.variant.entry, "clips")
    lines = [
        f"<b>{plot_text(point.variant.name, 60)}</b>",
        f"{points(point.y)} points {ends(point.y, points)}",
        f"{point.x:.2f} of the reference's {cost.name} {ends(point.x)}",
        f"{own * cost.scale:,.4g} {cost.unit}" if own is not None else "",
        f"{counted:,.0f} clips, {plot_text(point.variant.standing)}" if counted else "",
    ]
    return "<br>".join(filter(None, lines))


def _labels(found: Sequence[Point]) -> Iterator[Label]:
    """What is on the front, or failed; the others are named where one points at them."""
    for each in found:
        if each.on_front or each.variant.is_failed:
            name = plot_text(each.variant.name)
            yield Label(float(each.x), float(each.y), name, token(each.variant.status))


def _budgets(model: ModelOfRun, cost: Cost) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of what tests allow, and their names."""
    across, down = set[float](), set[float]()
    for variant in model.variants:
        for read in variant.verdicts:
            verdict = read.verdict
            if verdict.rule != "budget" or verdict.limit is None:
                continue
            if verdict.metric == cost.ratio:
                across.add(verdict.limit)
            elif verdict.metric == variant.accuracy_key:
                down.add(0.0 - 100 * verdict.limit)
    line = {"color": token("inconclusive"), "width": 1, "dash": "dash"}
    shapes = [
        *(
            {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
            for x in across
        ),
        *({"type": "line", "y0": y, "y1": y, "x0": 0, "x1": 1, "xref": "paper", "line": line} for y in down),
    ]
    said = {"showarrow": False, "font": {"size": 11, "color": token("inconclusive")}, "yanchor": "bottom"}
    across_notes = [
        # One above the other, since budgets of several tests may lie close.
        {**said, "x": x, "y": 0.05 * place, "yref": "paper", "text": f"≤ {x:g}", "xanchor": "left"}
        for place, x in enumerate(sorted(across))
    ]
    down_notes = [
        {**said, "y": y, "x": 1, "xref": "paper", "text": f"≥ {y:g}", "xanchor": "right"}
        for y in sorted(down)
    ]
    notes = [*across_notes, *down_notes]
    return shapes, notes


def _layout(model: ModelOfRun, cost: Cost, found: Sequence[Point]) -> dict[str, Any]:
    shapes, notes = _budgets(model, cost)
    # Of the points: an interval that a disturbed machine made long is cut off.
    end = 1.12 * max(1.0, *(float(each.x) for each in found))
    x = axis(f"{cost.name}, × the reference's (less is better)", range=[0, end], zeroline=False)
    y = axis(f"change of {model.accuracy}, points", zeroline=True, zerolinecolor=LINE)
    return layout(x, y, shapes=[*shapes], annotations=[*notes])


def _table(model: ModelOfRun, cost: Cost, found: Sequence[Point]) -> Table:
    header = (
        "variant",
        f"{cost.name} ratio",
        "95 %",
        f"change of {model.accuracy}",
        "95 %",
        cost.unit,
        "front",
        "before",
    )
    return Table(
        f"{cost.title}: the numbers",
        header,
        [
            (
                Cell(each.variant.name),
                cell(each.x, f"{each.x:.3f}"),
                Cell(ends(each.x)),
                cell(each.y, points(each.y)),
                Cell(ends(each.y, points)),
                cell(_scaled(each, cost)),
                Cell("yes" if each.on_front else ""),
                Cell("; ".join(f"{x:.3f}, {points(y)} {when}" for x, y, when in each.before)),
            )
            for each in sorted(found, key=lambda each: float(each.x))
        ],
        words=frozenset({0, 7}),
    )


def _scaled(point: Point, cost: Cost) -> float | None:
    own = estimate(point.variant.entry, cost.own)
    return None if own is None else own * cost.scale
