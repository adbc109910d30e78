"""What differs between runs: a line a variant and metric, from the run before to the one that is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....gate.metrics import LIMITS, METRICS, Metric
from ....measure.interval import Estimate
from ..page_blocks import Cell, Figure, Table
from ..palette import token
from ..reading.read_variant import Variant
from ..reading.run import Run
from ..reading.values import estimate, text
from .plot_parts import axis, plot_text, rows_height, rows_layout

COMPARED = (
    "top1",
    "gap",
    "mean_ap",
    "agreement",
    "latency_ratio",
    "start_ratio",
    "answer_ratio",
    "size_bytes",
    "macs",
    "sparsity",
    "peak_memory_bytes",
)
"""Metrics that are held side by side; times as ratios to the reference, so that machines can be."""
MOST_ROWS = 40


@dataclass(frozen=True)
class Change:
    """Of one metric of one variant between two runs."""

    variant: Variant
    metric: Metric
    before: Estimate
    now: Estimate

    @property
    def relative(self) -> float:
        """Positive: it got worse."""
        more = (self.now - self.before) / abs(self.before) if self.before else float(self.now != self.before)
        return more if self.metric.better == "lower" else -more

    @property
    def is_sure(self) -> bool:
        """The intervals do not overlap; what has none differs."""
        return self.now.low > self.before.high or self.now.high < self.before.low

    @property
    def word(self) -> str:
        if not self.is_sure:
            return "within the intervals"
        return "worse" if self.relative > 0 else "better"


def changes(run: Run) -> list[Change]:
    """Beside the run before: what surely changed first, then the largest."""
    if not run.before:
        return []
    known = {each.key: each for each in run.before[-1].variants}
    found = [
        Change(now, METRICS[name], before, after)
        for now in run.variants
        if (earlier := known.get(now.key))
        for name in COMPARED
        if (before := estimate(earlier.entry, name)) is not None
        and (after := estimate(now.entry, name)) is not None
        and after != before
    ]
    return sorted(found, key=lambda each: (not each.is_sure, -abs(each.relative), each.variant.name))


def change_figure(run: Run) -> Figure | None:
    """The changes that are largest, as shares of what was."""
    found = changes(run)[:MOST_ROWS]
    if not found:
        return None
    names = [f"{each.variant.name}: {each.metric.name}" for each in found]
    colours = [
        token("quiet" if not each.is_sure else "loss" if each.relative > 0 else "gain") for each in found
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "hoverinfo": "text",
        "y": [*range(len(found))],
        "x": [100 * (each.now - each.before) / abs(each.before) if each.before else 100.0 for each in found],
        "hovertext": [
            f"<b>{plot_text(each.variant.name, 60)}</b><br>{each.metric.name}: {_text(each, each.before)} before,"
            f" {_text(each, each.now)} now, {each.word}"
            for each in found
        ],
        "marker": {"color": colours},
    }
    return Figure(
        "changes",
        "What changed",
        f"Change in percent of {len(found)} numbers from the run before to this one, what surely changed first.",
        [trace],
        rows_layout(axis("change, % of what it was", zeroline=True), names, bargap=0.35),
        change_table(found),
        rows_height(len(found), 24),
    )


def change_table(found: Sequence[Change]) -> Table:
    """Before, now, and whether that is more than the intervals."""
    return Table(
        "What changed: the numbers",
        ("variant", "metric", "before", "now", "change", "which is"),
        [
            (
                Cell(each.variant.name),
                Cell(each.metric.name),
                Cell(_text(each, each.before), float(each.before)),
                Cell(_text(each, each.now), float(each.now)),
                Cell(_percent(each), 100 * each.relative),
                Cell(each.word, style={"worse": "failed", "better": "passed"}.get(each.word, "")),
            )
            for each in found
        ],
        "Within the intervals: the 95 % intervals of both runs overlap, so that chance alone may be what differs.",
        frozenset({0, 1, 5}),
    )


def _percent(change: Change) -> str:
    return f"{100 * (change.now - change.before) / abs(change.before):+.1f} %" if change.before else "-"


def _text(change: Change, value: Estimate) -> str:
    return change.metric.unit.text(value)


def side_by_side(runs: Sequence[Run]) -> Table:
    """Every variant of any of the runs, a column a run and number, those of most concern first."""
    last = runs[-1]
    keys = dict.fromkeys(each.key for run in (last, *runs[:-1]) for each in run.variants)
    known = [{each.key: each for each in run.variants} for run in runs]
    shorts = [run.name or f"run {place}" for place, run in enumerate(runs, 1)]
    header = ["variant", *(f"{name}, {short}" for name in ("top-1", "time", "MB") for short in shorts)]
    models = {model for model, _ in keys}
    rows = [
        (
            Cell(name if len(models) == 1 else f"{name} of {model}"),
            *(
                cell
                for column in ("top1", "latency_ratio", "size_bytes")
                for cell in _cells(known, (model, name), column)
            ),
        )
        for model, name in keys
    ]
    machines = dict.fromkeys(text(each, "machine") for run in runs for each in run.measurements)
    apart = "Times are ratios to the reference of the same run"
    on = f", on {len(machines)} different computers" if len(machines) > 1 else ""
    which = "; ".join(f"{short}: {run.origin}" for short, run in zip(shorts, runs, strict=True) if run.origin)
    note = f"{apart}{on}. {which}{'.' if which else ''}".rstrip()
    return Table("All runs side by side", header, rows, note)


def _cells(
    known: Sequence[dict[tuple[str, str], Variant]], key: tuple[str, str], name: str
) -> Iterator[Cell]:
    for run in known:
        value = estimate(run[key].entry, name) if key in run else None
        if value is None:
            yield Cell("-")
        elif name == "size_bytes":
            yield Cell(f"{value / 1e6:.2f}", value / 1e6)
        else:
            yield Cell((METRICS.get(name) or LIMITS[name].metric).unit.text(value), float(value))
