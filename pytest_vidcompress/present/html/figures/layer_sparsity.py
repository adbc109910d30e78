"""How many weights of every layer of every variant are zero: a field a layer and a variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..numbers import percent_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import token
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, objects, text
from .heat_map import Colours, heat_map
from .layers import layers_layout
from .plot_parts import plot_text

LEAST = 0.05
"""A variant is shown that has a layer with as many zeros: rounding to int8 makes one of a hundred zero."""


def layer_sparsity(model: ModelOfRun) -> Figure | None:
    """Of the variants that have zeros to speak of, and the layers that hold weights; None where there are none."""
    found = [
        (each.name, layers)
        for each in model.variants
        if max((layers := _layers(objects(each.entry, "layers"))).values(), default=0.0) >= LEAST
    ]
    if not found:
        return None
    names = [*dict.fromkeys(name for _, layers in found for name in layers)]
    z = [[_percent(layers.get(name)) for _, layers in found] for name in names]
    hover = [[_hover(variant, name, layers.get(name)) for variant, layers in found] for name in names]
    scale = [[0, token("soft")], [1, token("variant")]]
    most = max(value for row in z for value in row if value is not None)
    return Figure(
        "layer-sparsity",
        "Zeros of each layer",
        f"Share of weights that are zero, of {len(names)} layers in {len(found)} variants.",
        [heat_map(z, hover, Colours(0, most, scale, {"title": {"text": "%"}}))],
        layers_layout([variant for variant, _ in found], names),
        _table(found, names),
        160 + 16 * len(names),
    )


def _layers(rows: Sequence[Entry]) -> dict[str, float]:
    """Those that hold weights, and the share of zeros among them."""
    shares = ((text(row, "name"), number(row, "sparsity")) for row in rows)
    return {name: share for name, share in shares if share is not None}


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)


def _hover(variant: str, layer: str, share: float | None) -> str:
    said = "no such layer" if share is None else f"{100 * share:.1f} % zeros"
    return f"<b>{plot_text(variant, 60)}</b><br>{plot_text(layer, 60)}<br>{said}"


def _table(found: Sequence[tuple[str, Mapping[str, float]]], names: Sequence[str]) -> Table:
    return Table(
        "Zeros of each layer: the numbers",
        ("layer", *(variant for variant, _ in found)),
        [
            (Cell(name or "the model"), *(percent_cell(layers.get(name), 1) for _, layers in found))
            for name in names
        ],
    )
