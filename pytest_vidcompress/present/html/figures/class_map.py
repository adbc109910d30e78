"""Which classes a variant hurts and which it helps: a field a class and a variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..numbers import cell, whole_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import token
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, number, objects, text
from .heat_map import Colours, heat_map, heat_map_layout
from .plot_parts import plot_text

MOST_CLASSES = 40
"""Rows of the map; the table of a variant has all that changed."""


def class_map(model: ModelOfRun) -> Figure | None:
    """Of all variants of which a class gained or lost clips; None where none did."""
    found = [each for each in model.variants if changed(each)]
    if not found:
        return None
    by_class: dict[str, dict[int, Entry]] = {}
    for place, each in enumerate(found):
        for row in changed(each):
            by_class.setdefault(text(row, "label"), {})[place] = row
    labels = _labels(by_class)
    shares = [[_share(by_class[label].get(place)) for place in range(len(found))] for label in labels]
    hover = [
        [_hover(each, label, by_class[label].get(place)) for place, each in enumerate(found)]
        for label in labels
    ]
    span = max(abs(each) for row in shares for each in row) or 1.0
    scale = [[0, token("loss")], [0.5, token("soft")], [1, token("gain")]]
    colours = Colours(-span, span, scale, {"title": {"text": "net, points", "side": "right"}})
    return Figure(
        "classes",
        "Classes: gains and losses",
        f"Net change of right answers of {len(labels)} classes, the most hurt first, by {len(found)} variants.",
        [heat_map(shares, hover, colours, gap=2)],
        heat_map_layout(
            [plot_text(each.name, 26) for each in found], [plot_text(label, 24) for label in labels]
        ),
        _table(found),
        150 + 22 * max(len(labels), 3) + 60,
    )


def _labels(by_class: Mapping[str, Mapping[int, Entry]]) -> list[str]:
    """The most hurt first; of very many those that moved most."""
    labels = sorted(by_class, key=lambda label: (sum(map(net, by_class[label].values())), label))
    moved = {label: sum(abs(net(row)) for row in by_class[label].values()) for label in labels}
    most = sorted(labels, key=lambda label: -moved[label])[:MOST_CLASSES]
    return [label for label in labels if label in set(most)]


def changed(variant: Variant) -> list[Entry]:
    """Its classes that lost or gained clips, the most hurt first."""
    return [row for row in objects(variant.entry, "classes") if number(row, "lost") or number(row, "gained")]


def net(row: Entry) -> float:
    """Clips gained less clips lost."""
    return (number(row, "gained") or 0) - (number(row, "lost") or 0)


def _share(row: Entry | None) -> float:
    return 0.0 if row is None else 100 * net(row) / (number(row, "clips") or 1)


def _hover(variant: Variant, label: str, row: Entry | None) -> str:
    title = f"<b>{plot_text(variant.name, 60)}</b><br>{plot_text(label, 60)}"
    if row is None:
        return f"{title}<br>no clip changed"
    counts = (f"{number(row, key) or 0:.0f} {key}" for key in ("lost", "gained"))
    return f"{title}<br>{', '.join(counts)} of {number(row, 'clips') or 0:.0f} clips"


def _table(found: Sequence[Variant]) -> Table:
    header = ("variant", "class", "clips", "reference right", "variant right", "lost", "gained", "p")
    rows = [
        (
            Cell(each.name),
            Cell(text(row, "label")),
            *(
                whole_cell(number(row, key))
                for key in ("clips", "reference_right", "right", "lost", "gained")
            ),
            cell(p := number(row, "p"), "" if p is None else f"{p:.2g}"),
        )
        for each in found
        for row in changed(each)
    ]
    note = "p: exact McNemar test, Holm over the classes of a variant."
    return Table("Classes that gained or lost clips", header, rows, note, frozenset({0, 1}))
