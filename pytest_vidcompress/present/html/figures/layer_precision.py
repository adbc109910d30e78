"""In which precision every layer of every variant multiplies: a field a layer and a variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..numbers import digits
from ..page_blocks import Cell, Figure, Table
from ..palette import SERIES, token
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, objects, text
from .heat_map import Colours, heat_map
from .layers import layers_layout
from .plot_parts import plot_text

FLOAT32 = "float32"
"""Painted as the ground: what differs from it is what one looks for."""


def layer_precision(model: ModelOfRun) -> Figure | None:
    """None where every layer of every variant multiplies in one precision."""
    found = [(each, rows) for each in model.variants if (rows := _layers(each))]
    names = [*dict.fromkeys(name for _, rows in found for name in rows)]
    precisions = sorted({text(row, "precision") for _, rows in found for row in rows.values()})
    if len(precisions) < 2:
        return None
    precisions.sort(key=lambda each: each != FLOAT32)
    places = {each: place for place, each in enumerate(precisions)}
    hover = [[_hover(each, name, rows.get(name)) for each, rows in found] for name in names]
    z = [[_place(rows.get(name), places) for _, rows in found] for name in names]
    legend = {
        "tickmode": "array",
        "tickvals": [*places.values()],
        "ticktext": [plot_text(each) for each in precisions],
    }
    return Figure(
        "layer-precision",
        "Precision of each layer",
        f"In what {len(names)} layers of {len(found)} variants multiply: {', '.join(precisions)}.",
        [heat_map(z, hover, Colours(-0.5, len(precisions) - 0.5, _steps(precisions), legend))],
        layers_layout([each.name for each, _ in found], names),
        Table(
            "Precision of each layer: the numbers",
            ("layer", *(each.name for each, _ in found)),
            [(Cell(name), *(_cell(rows.get(name)) for _, rows in found)) for name in names],
            words=frozenset(range(1 + len(found))),
        ),
        160 + 16 * len(names),
    )


def _layers(variant: Variant) -> dict[str, Entry]:
    return {text(row, "name"): row for row in objects(variant.entry, "layers") if text(row, "precision")}


def _place(row: Entry | None, places: dict[str, int]) -> int | None:
    return None if row is None else places[text(row, "precision")]


def _cell(row: Entry | None) -> Cell:
    return Cell("-" if row is None else text(row, "precision"))


def _hover(variant: Variant, name: str, row: Entry | None) -> str:
    title = f"<b>{plot_text(variant.name, 60)}</b><br>{plot_text(name, 60)}"
    if row is None:
        return f"{title}<br>no such layer"
    macs = number(row, "macs")
    work = f", {digits(macs / 1e6)} million MACs" if macs is not None else ""
    return f"{title}<br>{plot_text(text(row, 'precision'))}{work}"


def _steps(precisions: Sequence[str]) -> list[list[Any]]:
    """A colour a precision, without a way between two."""
    colours = [token("soft") if each == FLOAT32 else SERIES[place] for place, each in enumerate(precisions)]
    count = len(colours)
    return [[(place + end) / count, colour] for place, colour in enumerate(colours) for end in (0, 1)]
