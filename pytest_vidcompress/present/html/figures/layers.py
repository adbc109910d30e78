"""Block by block: what a part of it is worth; and in which precision what share of the work is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..numbers import cell, percent_cell, whole_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import SERIES
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, objects, text
from .heat_map import heat_map_layout
from .plot_parts import axis, layout, plot_text, row_bar, rows_height, rows_layout


def sensitivity(found: Entry) -> Figure | None:
    """KL of the answers without a part of a block, by block; None where none was looked at."""
    parts = [each for each in objects(found, "parts") if number(each, "kl") is not None]
    if not parts:
        return None
    model = text(found, "model")
    axes = [*dict.fromkeys(text(each, "axis") for each in parts)]
    traces = [
        {
            "type": "bar",
            "name": plot_text(name),
            "hoverinfo": "text",
            "x": [number(each, "block") for each in parts if text(each, "axis") == name],
            "y": [number(each, "kl") for each in parts if text(each, "axis") == name],
            "hovertext": [_hover(model, each) for each in parts if text(each, "axis") == name],
            "marker": {"color": SERIES[place % len(SERIES)]},
        }
        for place, name in enumerate(axes)
    ]
    clips = number(found, "clips")
    return Figure(
        "sensitivity",
        f"What each block of {model} is worth",
        f"Divergence of the answers when a part of a block gives its mean instead, {clips or 0:.0f} clips.",
        traces,
        layout(axis("block", dtick=1), axis("KL, nats", rangemode="tozero"), barmode="group"),
        _sensitivity_table(model, parts),
    )


def _sensitivity_table(model: str, parts: Sequence[Entry]) -> Table:
    rows = [
        (
            Cell(f"{number(each, 'block') or 0:.0f}"),
            Cell(text(each, "axis")),
            cell(number(each, "kl"), f"{number(each, 'kl'):.3g}"),
            *(percent_cell(number(each, key), 1) for key in ("agreement", "macs_share", "time_share")),
        )
        for each in parts
    ]
    header = ("block", "part", "KL", "agreement", "share of MACs", "share of time")
    return Table(f"Sensitivity of {model}", header, rows, words=frozenset({0, 1}))


def _hover(model: str, part: Entry) -> str:
    shares = "".join(
        f"<br>{said}: {100 * value:.1f} %"
        for key, said in (("agreement", "agreement"), ("macs_share", "of MACs"), ("time_share", "of time"))
        if (value := number(part, key)) is not None
    )
    title = (
        f"<b>{plot_text(model)}</b>, block {number(part, 'block') or 0:.0f}, {plot_text(text(part, 'axis'))}"
    )
    return f"{title}<br>KL {number(part, 'kl') or 0:.3g}{shares}"


def layers_layout(columns: Sequence[str], rows: Sequence[str]) -> dict[str, Any]:
    """Of variants, side by side, and layers below each other, by the ends of their names."""

    names = [plot_text(name if len(name) <= 26 else "…" + name[-26:], 27) for name in columns]
    return heat_map_layout(names, [plot_text(_end(name, 34), 36) for name in rows])


def _end(name: str, length: int) -> str:
    """Of a dotted name, as many of its last parts as fit."""
    if len(name) <= length:
        return name
    cut = name[-length:]
    whole = cut.partition(".")[2] if name[-length - 1] != "." else cut
    return f"…{whole or cut}"


PRECISIONS = (("int8", "macs_int8", "#e67e22"), ("bf16", "macs_bf16", "#1f9d7a"))


def precision(model: ModelOfRun) -> Figure | None:
    """What share of the MACs runs in which precision, a bar a variant; None where all is float."""
    found = [each for each in model.variants if any(number(each.entry, key) for _, key, _ in PRECISIONS)]
    if not found:
        return None
    narrow = [[100 * (number(each.entry, key) or 0.0) for each in found] for _, key, _ in PRECISIONS]
    rest = [max(0.0, 100 - sum(column)) for column in zip(*narrow, strict=True)]
    pieces = [
        *(
            (name, values, colour)
            for (name, _, colour), values in zip(PRECISIONS, narrow, strict=True)
            if any(values)
        ),
        ("float32", rest, "#90a4ae"),
    ]
    names = [each.name for each in found]
    traces = [
        row_bar(
            name,
            values,
            [
                f"<b>{plot_text(each, 60)}</b><br>{value:.1f} % of MACs in {name}"
                for each, value in zip(names, values, strict=True)
            ],
            colour,
        )
        for name, values, colour in pieces
    ]
    return Figure(
        "precision",
        "MACs by precision",
        f"Share of the multiply-accumulates that {len(found)} variants compute in int8, bf16 and float.",
        traces,
        rows_layout(axis("% of MACs", range=[0, 100]), names, barmode="stack", bargap=0.3),
        _precision_table(found),
        rows_height(len(found), 28) + 10,
    )


def _precision_table(found: Sequence[Variant]) -> Table:
    keys = ("weights_int8", "weights_half", "macs_int8", "macs_bf16")
    rows = [
        (
            Cell(each.name),
            *(percent_cell(number(each.entry, key), 1) for key in keys),
            whole_cell(len(objects(each.entry, "left_float"))),
        )
        for each in found
    ]
    header = ("variant", "weights int8", "weights half", "MACs int8", "MACs bf16", "layers left float")
    return Table("Precision: the numbers", header, rows)
