"""The page of `--vc-report=FILE.html`: self-contained HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from ...clips.faults import Skipped, by_kind
from ...gate.grid_choice import GridChoice
from ...gate.metrics import quantity
from ...gate.verdict import Result
from ...measure.profile.operator_kinds import KINDS
from ..answer_lines import answer_table, macs_table
from ..cells import UNEVEN
from ..clip_cost_lines import COST_HEADER, GROUP_HEADER, cost_rows, group_rows
from ..divergence_words import relative, sentence_of
from ..grid.grid_rows import columns_of
from ..grid.grid_words import failures, machine, sentences, title
from ..printable import printable
from ..slower_calls import HEADER as CALL_HEADER
from ..slower_calls import call_cells, slow_clip_lines, timed_calls, unbounded
from ..start_lines import HEADER as START_HEADER
from ..start_lines import start_rows
from ..terminal.class_lines import class_rows, confusion_rows
from ..terminal.coverage_lines import is_narrow, what_is_narrow
from ..terminal.hotspot_lines import beside, milliseconds
from ..terminal.speed import HEADER as SPEED_HEADER
from ..terminal.speed import speed_rows
from ..variant_rows import Rows, variant_rows
from ..variants.sensitivity_lines import HEADER as SENSITIVITY_HEADER
from ..variants.sensitivity_lines import sensitivity_rows, sensitivity_title
from ..variants.target_lines import target_lines
from ..variants.variant_notes import VariantNotes
from ..wording import clips, interval, label, sensitivity, standing
from . import cost_histogram, learning_curves
from .bars import COLOURS, bars

PLOT_WIDTH, PLOT_HEIGHT, PLOT_EDGE = 460, 240, 40
"""Of a scatter plot, in CSS pixels."""


@dataclass(frozen=True)
class Point:
    """A variant in a plot; x and y in pixels."""

    x: float
    y: float
    name: str
    status: str
    """As `mark` says it."""


@dataclass(frozen=True)
class Scatter:
    """Top-1 change over what it buys. Both axes hold the reference, at `zero_x`, `zero_y`."""

    title: str
    points: tuple[Point, ...]
    zero_x: float
    zero_y: float
    x_ends: tuple[str, str]
    y_ends: tuple[str, str]


@dataclass(frozen=True)
class Section:
    """One model of the page."""

    model: str
    clips: str
    """How many, in words."""
    rows: Rows
    scatters: tuple[Scatter, ...]

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """Row by row."""
        return list(zip(*(column.cells for column in self.rows.columns), strict=True))

    def at(self, row: int) -> Result | None:
        """The result in a row; None of the reference."""
        before = len(self.cells) - len(self.rows.results)
        return self.rows.results[row - before] if row >= before else None


@dataclass(frozen=True)
class BesideResults:
    """What else a page shows."""

    grids: Sequence[GridChoice] = ()
    """Of a run of grids."""
    variants: VariantNotes = field(default_factory=VariantNotes)
    """What was found out while variants were built."""


def page(
    results: Sequence[Result],
    closing: str = "",
    about: str = "",
    skipped: Sequence[Skipped] = (),
    beside: BesideResults | None = None,
) -> str:
    """The HTML of all models."""
    from jinja2 import Environment, FileSystemLoader

    beside = beside or BesideResults()

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_printable
    )
    environment.globals.update(WORDS)
    models = dict.fromkeys(result.report.model for result in results)
    return environment.get_template("page.html.j2").render(
        sections=[section([r for r in results if r.report.model == model]) for model in models],
        grids=[
            (each, columns_of(each), title(each), [*sentences(each)], [*failures(each)], machine(each))
            for each in beside.grids
        ],
        targets=target_lines(beside.variants.targets.values())[1:],
        sensitivities=[
            (sensitivity_title(each), sensitivity_rows(each))
            for each in beside.variants.sensitivities.values()
        ],
        sensitivity_header=SENSITIVITY_HEADER,
        closing=closing,
        about=about,
        skipped=skipped,
    )


def _printable(value: object) -> object:
    """What the page shows of a value; what a macro made is HTML already, and ours."""
    ours = hasattr(value, "__html__")
    return printable(value) if isinstance(value, str | PurePath) and not ours else value


def section(results: Sequence[Result]) -> Section:
    """One model's table and plots; the worst verdict first, as on the terminal."""
    rows = variant_rows(results)
    plots = (scatter(rows.results, "size_ratio", "size"), scatter(rows.results, "latency_ratio", "time"))
    return Section(
        model=rows.model,
        clips=clips([result.report for result in rows.results]),
        rows=rows,
        scatters=tuple(plot for plot in plots if plot),
    )


def mark(result: Result) -> str:
    """The class that colours a result: one that nothing was held to has not passed."""
    return str(result.status) if result.verdicts else "unchecked"


def scatter(results: Sequence[Result], ratio: str, label: str) -> Scatter | None:
    """Top-1 change, points, over a ratio to the reference; None when no variant has that ratio."""
    points = [(getattr(r.report, ratio), -100 * r.report.top1_drop, r) for r in results if r.report.reference]
    points = [(float(x), float(y), result) for x, y, result in points if x is not None]
    if not points:
        return None
    right = max(1.0, *(x for x, _, _ in points))
    # A point of room, so that variants without a change are not drawn on the edge.
    top, bottom = max(1.0, *(y for _, y, _ in points)), min(-1.0, *(y for _, y, _ in points))

    def across(x: float) -> float:
        return round(PLOT_EDGE + (PLOT_WIDTH - 2 * PLOT_EDGE) * x / right, 1)

    def down(y: float) -> float:
        return round(PLOT_EDGE + (PLOT_HEIGHT - 2 * PLOT_EDGE) * (top - y) / (top - bottom), 1)

    return Scatter(
        title=f"top-1 change, points, over {label} ratio",
        points=tuple(Point(across(x), down(y), r.report.name, mark(r)) for x, y, r in points),
        zero_x=across(1.0),
        zero_y=down(0.0),
        x_ends=("0", f"{right:.2f}"),
        y_ends=(f"{bottom:+.1f}", f"{top:+.1f}"),
    )


WORDS: Mapping[str, Any] = {
    "by_kind": by_kind,
    "class_rows": class_rows,
    "confusion_rows": confusion_rows,
    "quantity": quantity,
    "relative": relative,
    "sentence_of": sentence_of,
    "label": label,
    "mark": mark,
    "standing": standing,
    "interval": interval,
    "sensitivity": sensitivity,
    "bars": bars,
    "colours": [COLOURS[kind] for kind in KINDS],
    "beside": beside,
    "milliseconds": milliseconds,
    "is_narrow": is_narrow,
    "what_is_narrow": what_is_narrow,
    "speed_header": SPEED_HEADER,
    "speed_rows": speed_rows,
    "uneven": UNEVEN,
    "cost_header": COST_HEADER,
    "cost_rows": cost_rows,
    "group_header": GROUP_HEADER,
    "group_rows": group_rows,
    "cost_histogram": cost_histogram.cost_histogram,
    "histogram_size": (cost_histogram.WIDTH, cost_histogram.HEIGHT, cost_histogram.EDGE),
    "call_header": CALL_HEADER,
    "call_cells": call_cells,
    "unbounded": unbounded,
    "timed_calls": timed_calls,
    "slow_clip_lines": slow_clip_lines,
    "start_header": START_HEADER,
    "start_rows": start_rows,
    "answer_table": answer_table,
    "macs_table": macs_table,
    "drawn_curves": learning_curves.drawn_curves,
    "curve_size": (learning_curves.WIDTH, learning_curves.HEIGHT, learning_curves.EDGE),
    "width": PLOT_WIDTH,
    "height": PLOT_HEIGHT,
    "edge": PLOT_EDGE,
}
"""What the templates ask of results, by the names they use."""
