"""Inside the model: time by operator and module, layers, where a variant leaves its reference, learning, clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....measure.by_clip.distribution import PLACES
from ....measure.divergence.divergence_json import divergence_from_json
from ....measure.interval import Estimate
from ....untrusted import Malformed
from ...divergence_words import relative, sentence_of
from ...terminal.coverage_lines import share
from ...wording import count
from ..figures.clip_cost_plots import clip_costs
from ..figures.curves import learning_curves
from ..figures.hotspot_bars import by_module, by_operator, spot_rows
from ..figures.layer_precision import layer_precision
from ..figures.layer_sparsity import layer_sparsity
from ..figures.layers import precision, sensitivity
from ..numbers import cell, digits, ends, percent_cell
from ..page_blocks import Block, Cell, Folded, Grid, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import Entry, estimate, inner, items, number, objects, text

_SPOT_HEADER = ("reference self ms", "reference total ms", "self ms", "total ms", "share", "calls", "kernel")
MOST_OPEN = 32
"""Layers that are shown without being asked for."""


def hotspots_section(model: ModelOfRun) -> Section | None:
    """Under `--vc-profile`."""
    blocks: list[Block] = [each for each in (by_operator(model), by_module(model)) if each]
    for variant in model.variants:
        blocks += _profile(variant)
    return Section("Where the time of a call goes", blocks) if blocks else None


def _profile(variant: Variant) -> Iterator[Block]:
    now, before = inner(variant.entry, "hotspots"), inner(variant.entry, "reference_hotspots")
    if not now:
        return
    if note := text(now, "note"):
        yield Text(f"{variant.name}: no time by operator: {note}")
        return
    integers = number(now, "integer_share")
    said = f"; {integers:.0%} of the time in products multiplied integers" if integers else ""
    same = text(before, "source") == text(now, "source")
    tables: list[Block] = []
    for which, what, kind in (("operators", "operator", "kind"), ("modules", "module", "class")):
        if objects(now, which):
            # Operators of other runtimes mean nothing to each other.
            rows = [*spot_rows(before if same or which == "modules" else {}, now, which)]
            title = f"{variant.name} by {what}"
            tables.append(Table(title, (what, kind, *_SPOT_HEADER), rows, words=frozenset({0, 1, 8})))
    runs = number(now, "runs") or 0
    yield Folded(f"{variant.name}: median of {runs:.0f} calls under {text(now, 'source')}{said}", tables)


def layers_section(model: ModelOfRun, sensitivities: Sequence[Entry]) -> Section | None:
    """Sensitivity, zeros and precision by layer; where a variant that failed leaves its reference."""
    own = [each for each in sensitivities if text(each, "model") == model.model]
    blocks: list[Block] = [each for each in (*map(sensitivity, own), precision(model)) if each]
    for by_layer in (layer_sparsity(model), layer_precision(model)):
        if by_layer:
            is_open = len(by_layer.table.rows) <= MOST_OPEN
            blocks.append(Folded(by_layer.title, [by_layer], is_open))
    for variant in model.variants:
        blocks += [*_divergence(variant), *_left_float(variant)]
    return Section("Layer by layer", blocks) if blocks else None


def _divergence(variant: Variant) -> Iterator[Block]:
    document = inner(variant.entry, "divergence")
    try:
        found = divergence_from_json(document)
    except Malformed:
        return
    if not found.blocks:
        yield Text(f"{variant.name}: {sentence_of(found)}")
        return
    rows = [
        (
            Cell(block.name, style="failed" if place == found.first else ""),
            Cell(relative(block.error), block.error),
            Cell(relative(block.own), block.own),
            Cell(relative(own := number(said, "added")), own),
        )
        for place, (block, said) in enumerate(zip(found.blocks, objects(document, "blocks"), strict=True))
    ]
    header = ("block", "relative error after it", "its own", "what it adds")
    apart: list[Block] = [Text(f"{name}: {why}") for name, why in found.apart]
    yield Folded(
        f"{variant.name}: {sentence_of(found)}", [Table(f"{variant.name} by block", header, rows), *apart]
    )


def _left_float(variant: Variant) -> Iterator[Folded]:
    left = objects(variant.entry, "left_float")
    if left:
        rows = [
            (
                Cell(text(each, "name")),
                Cell(text(each, "kind")),
                *(percent_cell(number(each, k), 2) for k in ("weights", "macs")),
            )
            for each in left
        ]
        header = ("layer", "kind", "of weights", "of MACs")
        table = Table(f"{variant.name}: layers left float", header, rows, words=frozenset({0, 1}))
        yield Folded(f"{variant.name}: {_narrow(variant)}; {count(len(left), 'layer')} left float", [table])


def _narrow(variant: Variant) -> str:
    """`int8: 97 % of weights, 72 % of MACs`."""
    kinds = (("int8", "weights_int8", "macs_int8"), ("half", "weights_half", ""), ("bf16", "", "macs_bf16"))
    said: list[str] = []
    for kind, weights, macs in kinds:
        shares = [
            f"{share(part)} of {what}"
            for key, what in ((weights, "weights"), (macs, "MACs"))
            if (part := number(variant.entry, key))
        ]
        if shares:
            said.append(f"{kind}: {', '.join(shares)}")
    return "; ".join(said)


def clips_section(model: ModelOfRun) -> Section | None:
    """Of variants whose work depends on the clip."""
    figures = clip_costs(model)
    if not figures:
        return None
    rows = [row for each in model.variants for row in _costs(each)]
    table = Table("What single clips cost", ("variant", "of", *PLACES), rows, words=frozenset({0, 1}))
    return Section("What single clips cost", [Grid(figures), table])


def _costs(variant: Variant) -> Iterator[tuple[Cell, ...]]:
    """Of the MACs and of the time of clips, as far as they are known."""
    if variant.entry.get("macs_by_clip"):
        macs = [estimate(variant.entry, f"macs_{place}") for place in PLACES]
        yield Cell(variant.name), Cell("million MACs"), *(_cost(each, 1e-6) for each in macs)
    if seconds := inner(variant.entry, "seconds_of_clips"):
        times = [
            estimate({"at": value, "at_interval": ends_of}, "at") for value, *ends_of in _triples(seconds)
        ]
        yield Cell(variant.name), Cell("ms"), *(_cost(each, 1e3) for each in times)


def _triples(seconds: Entry) -> Iterator[Sequence[Any]]:
    for place in PLACES:
        found = items(seconds, place)
        yield found if len(found) == 3 else (None, None, None)


def _cost(value: Estimate | None, scale: float) -> Cell:
    if value is None:
        return Cell("-")
    scaled = Estimate(scale * value, scale * value.low, scale * value.high)
    return cell(scaled, f"{digits(scaled)} {ends(scaled)}".rstrip())


def learning_section(model: ModelOfRun) -> Section | None:
    figure = learning_curves(model)
    return Section("Learning", [figure]) if figure else None
