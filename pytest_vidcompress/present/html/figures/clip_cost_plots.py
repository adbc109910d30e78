"""What single clips cost a variant whose work depends on them: how many cost so much, by how they move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....measure.by_clip.thirds import THIRDS, thirds
from ..numbers import cell, whole_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import token
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import as_number, items, number, numbers, objects, text
from .plot_parts import QUIET, axis, layout, plot_text

BINS = 32
_COLOURS = {"still": "#9cc3f0", "middle": "#3b7dd8", "fast": "#1c4587", "": "#3b7dd8"}


def clip_costs(model: ModelOfRun) -> list[Figure]:
    """One a variant; none of those that cost the same for every clip."""
    found = [each for each in model.variants if numbers(each.entry, "macs_by_clip")]
    return [_histogram(place, each) for place, each in enumerate(found)]


def _histogram(place: int, variant: Variant) -> Figure:
    macs = numbers(variant.entry, "macs_by_clip")
    motions = numbers(variant.entry, "motion_by_clip")
    of_clip = (thirds(motions) if len(motions) == len(macs) else ()) or ("",) * len(macs)
    whole = _of_reference(variant)
    end = max(*macs, whole or 0.0, 1.0)
    width = end / BINS
    traces = [
        _third(variant, third, [each for each, its in zip(macs, of_clip, strict=True) if its == third], width)
        for third in (*THIRDS, "")
        if third in of_clip
    ]
    shapes, notes = _marks(variant, whole)
    return Figure(
        f"clips-{place}",
        f"What single clips cost {variant.name}",
        f"How many of {len(macs)} clips take how many MACs; still ones below those that move.",
        traces,
        layout(
            axis("million MACs", range=[0, 1.04 * end / 1e6]),
            axis("clips", rangemode="tozero"),
            barmode="stack",
            bargap=0.05,
            shapes=shapes,
            annotations=notes,
            margin={"l": 56, "r": 16, "t": 64, "b": 48},
        ),
        _table(variant),
        340,
        is_wide=False,
    )


def _third(variant: Variant, third: str, macs: Sequence[float], width: float) -> dict[str, Any]:
    bins = [0] * BINS
    for each in macs:
        bins[min(BINS - 1, int(each / width))] += 1
    name = f"{third} clips".strip()
    return {
        "type": "bar",
        "name": name,
        "hoverinfo": "text",
        "y": bins,
        "x": [(place + 0.5) * width / 1e6 for place in range(BINS)],
        "width": [0.95 * width / 1e6] * BINS,
        "hovertext": [
            f"<b>{plot_text(variant.name, 60)}</b><br>{count} {name} of {place * width / 1e6:.4g} to"
            f" {(place + 1) * width / 1e6:.4g} million MACs"
            for place, count in enumerate(bins)
        ],
        "marker": {"color": _COLOURS.get(third, _COLOURS[""])},
    }


def _of_reference(variant: Variant) -> float | None:
    own, ratio = number(variant.entry, "macs"), number(variant.entry, "macs_ratio")
    return own / ratio if own and ratio else None


def _marks(variant: Variant, whole: float | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    places = {
        **{name: number(variant.entry, f"macs_{name}") for name in ("mean", "p50", "p90", "p95")},
        "reference": whole,
    }
    shapes, notes = list[dict[str, Any]](), list[dict[str, Any]]()
    for place, (name, value) in enumerate(each for each in places.items() if each[1] is not None):
        at = {"x0": value / 1e6, "x1": value / 1e6, "y0": 0, "y1": 1, "yref": "paper"} if value else {}
        shapes.append({"type": "line", **at, "line": {"color": QUIET, "width": 1, "dash": "dot"}})
        said = {
            "showarrow": False,
            "font": {"size": 11, "color": token("ink")},
            "yref": "paper",
            "yanchor": "bottom",
        }
        notes.append({**said, "x": (value or 0) / 1e6, "y": 1 + 0.06 * (place % 3), "text": name})
    return shapes, notes


def _table(variant: Variant) -> Table:
    return Table(
        f"Clips of {variant.name} by motion and class",
        ("clips", "of", "number", "motion", "million MACs", "beside all", "ms a clip"),
        [*_groups(variant)],
        "By motion, the mean absolute difference of successive frames as the model is given them; then by class.",
        frozenset({0, 1}),
    )


def _groups(variant: Variant) -> Iterator[tuple[Cell, ...]]:
    whole = number(variant.entry, "macs")
    for each in objects(variant.entry, "clip_groups"):
        macs, seconds = items(each, "macs"), items(each, "seconds")
        of = as_number(macs[0]) if macs else None
        taken = as_number(seconds[0]) if seconds else None
        yield (
            Cell(text(each, "name")),
            Cell(text(each, "kind")),
            whole_cell(number(each, "clips")),
            cell(number(each, "motion"), f"{number(each, 'motion') or 0:.3g}"),
            cell(None if of is None else of / 1e6),
            cell(None if of is None or not whole else of / whole),
            cell(None if taken is None else 1e3 * taken),
        )
