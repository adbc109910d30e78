"""All variants of a model in a table, each once, and what the gate said of each metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....gate.metrics import METRICS, RANKED, quantity
from ....gate.verdict import Status
from ...wording import count, interval, label
from ..figures.tradeoff import tradeoff
from ..figures.tradeoff_points import COSTS
from ..numbers import cell, digits, ends, milliseconds_cell, percent_cell, points, whole_cell
from ..page_blocks import Block, Cell, Folded, Grid, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import number, text

NUMBERS_BESIDE = (
    "Shares in %, changes in points, 95 % intervals in brackets, ratios to the uncompressed model."
)


def tradeoff_section(model: ModelOfRun) -> Section | None:
    """The three plots."""
    figures = [figure for cost in COSTS if (figure := tradeoff(model, cost))]
    said = (
        "Up and to the left is better. The line is the Pareto front: nothing on it is beaten in both. Bars are 95 %"
        " intervals, dashed lines budgets of tests, hollow points where a variant was before."
    )
    if not figures:
        return None
    wide = [each for each in figures if each.is_wide]
    narrow = [each for each in figures if not each.is_wide]
    return Section("Accuracy against its cost", [Text(said), *wide, *([Grid(narrow)] if narrow else [])])


def variants_section(model: ModelOfRun) -> Section | None:
    """One row a variant, however many tests measured it."""
    blocks: list[Block] = [variants_table(model), *_remarks(model)]
    blocks += [_verdicts(each) for each in model.variants if each.verdicts]
    return Section("All variants", blocks)


def variants_table(model: ModelOfRun) -> Table:
    """Those of most concern first."""
    ranked = [name for name in RANKED if any(number(each.entry, name) is not None for each in model.variants)]
    beside = [METRICS[name].heading for name in ranked]
    header = (
        *("variant", "verdict", "clips", f"{'agreement' if model.is_random else 'top-1'} %"),
        *(f"{name} %" for name in beside),
        *("change", "agree %", "time ratio", "ms", "MB", "of bytes", "MMACs", "of MACs", "zeros"),
    )
    rows = [_row(each, ranked) for each in model.variants]
    return Table(f"Variants of {model.model}", header, rows, NUMBERS_BESIDE, frozenset({0, 1}))


def _row(variant: Variant, ranked: Sequence[str]) -> tuple[Cell, ...]:
    entry, change, ratio = variant.entry, variant.change, variant.ratio("latency_ratio")
    size, macs = number(entry, "size_bytes"), number(entry, "macs")
    uneven = "~" if entry.get("macs_by_clip") else ""
    return (
        Cell(variant.name, title="; ".join(variant.tests)),
        Cell(variant.standing, style=variant.status),
        whole_cell(number(entry, "clips")),
        *(_share(number(entry, name)) for name in ("top1", *ranked)),
        cell(change, "" if change is None else f"{points(change)} {ends(change, points)}"),
        _share(number(entry, "agreement")),
        cell(ratio, "" if ratio is None else f"{ratio:.2f} {ends(ratio)}"),
        milliseconds_cell(number(entry, "latency")),
        cell(None if size is None else size / 1e6),
        percent_cell(number(entry, "size_ratio")),
        cell(None if macs is None else macs / 1e6, digits((macs or 0) / 1e6) + uneven),
        percent_cell(number(entry, "macs_ratio")),
        percent_cell(number(entry, "sparsity")),
    )


def _share(share: float | None) -> Cell:
    return cell(None if share is None else 100 * share, f"{100 * (share or 0):.1f}")


def _remarks(model: ModelOfRun) -> Iterator[Text]:
    labels = dict.fromkeys(text(each.entry, "protocol_label") for each in model.variants)
    for said in filter(None, labels):
        yield Text(f"Accuracy {said}.")
    if model.is_random:
        yield Text("Weights are random: accuracy is agreement with the reference.")
    if any(each.entry.get("macs_by_clip") for each in model.variants):
        yield Text("~ depends on the clip: the mean of those that were counted.")
    if len({number(each.entry, "clips") for each in model.variants}) > 1:
        yield Text(
            "Each row is on as many clips as it took to decide, its change against the reference on the same ones."
        )
    several = [each for each in model.variants if len(each.tests) > 1]
    if several:
        names = ", ".join(f"{each.name} ({len(each.tests)})" for each in several)
        yield Text(f"Measured by several tests, and shown once: {names}.", "quiet")


def _verdicts(variant: Variant) -> Folded:
    tally = [
        f"{number} {status}"
        for status in Status
        if (number := sum(each.verdict.status is status for each in variant.verdicts))
    ]
    is_open = variant.status in (Status.FAILED, Status.INCONCLUSIVE)
    blocks: list[Block] = [_verdict_table(variant)]
    blocks.append(Text(f"{count(len(variant.tests), 'test')}: {'; '.join(variant.tests)}", "quiet"))
    notes = [
        note for each in variant.measurements for note in each.get("notes") or () if isinstance(note, str)
    ]
    blocks += [Text(note, "quiet") for note in dict.fromkeys(notes)]
    return Folded(f"{variant.name}: {variant.standing} ({', '.join(tally)})", blocks, is_open)


def _verdict_table(variant: Variant) -> Table:
    header = (
        "metric",
        "verdict",
        "measured",
        "95 % interval",
        "stored",
        "limit",
        "sensitivity",
        "why",
        "evidence",
    )
    return Table(
        f"Verdicts of {variant.name}",
        header,
        [
            (
                Cell(label(each.verdict)),
                Cell(str(each.verdict.status), style=str(each.verdict.status)),
                _quantity(each.verdict.metric, each.verdict.measured),
                Cell(interval(each.verdict) or "-"),
                _quantity(each.verdict.metric, each.verdict.stored),
                _quantity(each.verdict.metric, each.verdict.limit),
                Cell(each.sensitivity or "-"),
                Cell(each.verdict.reason or "-"),
                Cell(each.verdict.evidence or "-"),
            )
            for each in variant.verdicts
        ],
        words=frozenset({0, 1, 6, 7, 8}),
    )


def _quantity(metric: str, value: float | None) -> Cell:
    return Cell(quantity(metric, value), value)
