"""What embeddings find, where tests measured that."""

from __future__ import annotations

from ....gate.metrics import METRICS, SEARCHED
from ....measure.interval import Estimate
from ..numbers import cell, ends, points
from ..page_blocks import Cell, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import estimate, number

_SAID = (
    "Every clip asks for all others by its embedding: how often the nearest, or one of the nearest, is of its class;"
    " mAP: the average precision of all; agree@10: the reference's nearest ten among its own. It asks: its queries"
    " among the reference's embeddings, as a device asks a server; it answers: the other way round."
)


def search_section(model: ModelOfRun) -> Section | None:
    """A row a variant; None where nothing was measured so."""
    found = [each for each in model.variants if number(each.entry, "agreement_at_10") is not None]
    if not found:
        return None
    headings = (*(f"{METRICS[name].heading} %" for name in SEARCHED), "bytes a clip")
    note = "Shares in %, changes in points, 95 % intervals in brackets, by drawing the same clips for both."
    table = Table(
        f"What embeddings of {model.model} find",
        ("variant", headings[0], "change", *headings[1:]),
        [_row(each) for each in found],
        note,
    )
    return Section("Search", [Text(_SAID), table])


def _row(variant: Variant) -> tuple[Cell, ...]:
    entry, drop = variant.entry, estimate(variant.entry, f"{SEARCHED[0]}_drop")
    change = None if drop is None else Estimate(-100 * drop, -100 * drop.high, -100 * drop.low)
    first, *others = (_share(number(entry, name)) for name in SEARCHED)
    size = number(entry, "vector_bytes")
    return (
        Cell(variant.name),
        first,
        cell(change, "" if change is None else f"{points(change)} {ends(change, points)}"),
        *others,
        cell(size, "" if size is None else f"{size:,.0f}"),
    )


def _share(share: float | None) -> Cell:
    return cell(None if share is None else 100 * share, f"{100 * (share or 0):.1f}")
