"""Where the time of a call goes: a bar a variant, a piece a kind of operator or a part of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....measure.profile.operator_kinds import KINDS, OTHER
from ..numbers import cell, milliseconds, milliseconds_cell, percent_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import KIND_COLOURS, SERIES
from ..reading.run import ModelOfRun
from ..reading.values import Entry, inner, number, objects, text
from .plot_parts import axis, plot_text, row_bar, rows_height, rows_layout

MOST_MODULES = 8
"""Pieces of a bar of modules; the others are one piece together."""

Profiled = tuple[str, Entry]
"""A name and its hotspots."""


def profiled(model: ModelOfRun) -> list[Profiled]:
    """The reference, once, and all variants whose calls were looked at."""
    found = [(each.name, inner(each.entry, "hotspots")) for each in model.by_time]
    reference = (inner(each.entry, "reference_hotspots") for each in model.variants)
    first = next((each for each in reference if number(each, "seconds")), None)
    rows = [("uncompressed reference", first)] if first else []
    return [*rows, *((name, each) for name, each in found if number(each, "seconds"))]


def by_operator(model: ModelOfRun) -> Figure | None:
    """By kind, in one order, so that like lies below like."""
    rows = profiled(model)
    kinds = [kind for kind in KINDS if any(_spent(each, "kinds", "name").get(kind) for _, each in rows)]
    colours = {kind: KIND_COLOURS.get(kind, KIND_COLOURS[OTHER]) for kind in kinds}
    return _bars("operators", "Time by kind of operator", rows, colours, "kinds") if kinds else None


def by_module(model: ModelOfRun) -> Figure | None:
    """By class of module, those that take most."""
    rows = [(name, each) for name, each in profiled(model) if objects(each, "modules")]
    whole: dict[str, float] = {}
    for _, each in rows:
        for name, seconds in _spent(each, "modules", "kind").items():
            whole[name] = whole.get(name, 0.0) + seconds
    names = sorted(whole, key=lambda name: -whole[name])[:MOST_MODULES]
    colours = {name: SERIES[place % len(SERIES)] for place, name in enumerate(names)}
    return _bars("modules", "Time by class of module", rows, colours, "modules") if names else None


def _spent(hotspots: Entry, rows: str, name: str) -> dict[str, float]:
    spent: dict[str, float] = {}
    for row in objects(hotspots, rows):
        key = text(row, name) or text(row, "name")
        spent[key] = spent.get(key, 0.0) + (number(row, "self_s") or 0.0)
    return spent


def _bars(name: str, title: str, rows: Sequence[Profiled], colours: dict[str, str], which: str) -> Figure:
    spent = [_spent(each, which, "name" if which == "kinds" else "kind") for _, each in rows]
    pieces = [
        (piece, colour, [1e3 * each.get(piece, 0.0) for each in spent]) for piece, colour in colours.items()
    ]
    rest = [1e3 * sum(s for key, s in each.items() if key not in colours) for each in spent]
    if any(value > 1e-6 for value in rest):
        pieces.append(("all others", KIND_COLOURS[OTHER], rest))
    names = [row for row, _ in rows]
    traces = [
        row_bar(
            plot_text(piece),
            values,
            [
                f"<b>{plot_text(row, 60)}</b><br>{plot_text(piece)}: {milliseconds(value / 1e3)} ms,"
                f" {100 * value / (sum(each.values()) * 1e3 or 1):.1f} %"
                for row, value, each in zip(names, values, spent, strict=True)
            ],
            colour,
        )
        for piece, colour, values in pieces
    ]
    return Figure(
        name,
        title,
        f"Milliseconds of a call of {len(rows)} bars, in pieces: {', '.join(piece for piece, _, _ in pieces)}.",
        traces,
        rows_layout(axis("ms"), names, barmode="stack", bargap=0.3),
        Table(
            f"{title}: the numbers",
            ("variant", *(f"{piece}, ms" for piece, _, _ in pieces), "all, ms"),
            [
                (Cell(row), *(cell(values[place]) for _, _, values in pieces), _seconds_cell(each))
                for place, (row, each) in enumerate(rows)
            ],
        ),
        rows_height(len(rows), 30) + 40,
    )


def _seconds_cell(hotspots: Entry) -> Cell:
    return milliseconds_cell(number(hotspots, "seconds"))


def spot_rows(before: Entry, now: Entry, which: str) -> Iterator[tuple[Cell, ...]]:
    """Every operator or module of a variant beside its reference's, those first that take most in either."""
    old, new = (
        {(text(r, "name"), text(r, "kind")): r for r in objects(each, which)} for each in (before, now)
    )
    keys = sorted(
        dict.fromkeys((*new, *old)),
        key=lambda key: -max((number(each.get(key, {}), "self_s") or 0.0) for each in (old, new)),
    )
    for key in keys:
        earlier, later = old.get(key, {}), new.get(key, {})
        yield (
            Cell(key[0]),
            Cell(key[1] or "-"),
            *(milliseconds_cell(number(earlier, each)) for each in ("self_s", "total_s")),
            *(milliseconds_cell(number(later, each)) for each in ("self_s", "total_s")),
            percent_cell(number(later, "share"), 1),
            cell(number(later, "calls"), f"{number(later, 'calls') or 0:.0f}"),
            Cell(text(later, "kernel") or "-"),
        )
