"""The terminal table of a model: a row a variant, the worst first. Lines carry a status, not a colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...gate.metrics import METRICS
from ...gate.verdict import Result, Status
from ...measure.report import Report
from ..text_table import GAP, fitted, shorten, wrapped
from ..width import WIDTH
from ..wording import clips as clips_in_words
from ..wording import standing
from .cells import cell, heading, scale

NAME = 29
"""Columns of a name that are worth more than the last of the others."""
MANY = 3
"""Rows from which on what is the same in all of them is said once, above."""


class Line(NamedTuple):
    """One line to print, and the verdict to colour it by; None for headings and the reference."""

    text: str
    status: Status | None = None


@dataclass(frozen=True)
class Column:
    """The cells of all rows under a heading."""

    heading: str
    cells: tuple[str, ...]
    right: bool = True
    spare: int = 0
    """Where a line is too short, the columns with most of it are left out first; never one with none."""

    @property
    def width(self) -> int:
        return max(map(len, (self.heading, *self.cells)))

    @property
    def constant(self) -> bool:
        """Does it say the same of more rows than one likes to read?"""
        return len(self.cells) > MANY and len(set(self.cells)) == 1


def tables(results: Sequence[Result], width: int = WIDTH) -> list[Line]:
    """The tables of all models, in the order in which they were measured, each with its notes below it."""
    lines, said = list[Line](), set[str]()
    for model in dict.fromkeys(result.report.model for result in results):
        rows, notes = _table([result for result in results if result.report.model == model], width)
        new = [note for note in notes if note not in said]
        said.update(new)
        lines += [*([Line("")] if lines else []), *rows]
        lines += [Line(line) for note in new for line in wrapped(note, width)]
    return lines


def _table(results: Sequence[Result], width: int) -> tuple[list[Line], list[str]]:
    """Title, header, reference and variants of one model; and what must be known to read them."""
    ordered = sorted(results, key=lambda result: result.status.rank)
    reports = [result.report for result in ordered]
    random = reports[0].accuracy.kind == "agreement"
    references = [report.reference for report in reports if report.reference is not None]
    reference = max(references, key=lambda report: report.clips, default=None)
    rows = [*([reference] if reference is not None else []), *reports]
    words = ["reference"] * (reference is not None) + [standing(result) for result in ordered]

    names = [*(report.name for report in rows[: len(rows) - len(reports)]), *_names(ordered)]
    found = [Column("verdict", tuple(words), right=False), *_numbers(rows, reference, random)]
    said = [column for column in found if column.constant and column.heading != "verdict"]
    shown, left_out = _that_fit([column for column in found if column not in said], names, width)
    text = fitted(
        ["variant", *(column.heading for column in shown)],
        [list(row) for row in zip(names, *(column.cells for column in shown), strict=True)],
        right=[place for place, column in enumerate(shown, 1) if column.right],
        width=width,
    )
    statuses = [None] * (len(text) - len(ordered)) + [_colour(result) for result in ordered]
    title = f"{shorten(reports[0].model, 50)} on {clips_in_words(reports)}; shares in %, changes in points"
    everywhere = ", ".join(f"{column.heading} {column.cells[0]}" for column in said if column.cells[0] != "-")
    lines = wrapped(f"{title}; in every row {everywhere}" if everywhere else title, width)
    return [*map(Line, lines), *map(Line, text, statuses)], list(_notes(ordered, left_out, width))


def _numbers(rows: Sequence[Report], reference: Report | None, random: bool) -> list[Column]:
    """How many clips, and a column a metric that has a heading; the first of each kind cannot be spared."""
    clips = tuple(str(report.clips) for report in rows)
    # The title says it where all have as many, and a note what they are.
    numbers = [Column("clips", clips, spare=len(METRICS))] if len(set(clips)) > 1 else []
    kinds = set[str]()
    for metric in METRICS.values():
        # Under random weights the labels' top-1 is this agreement.
        if not metric.heading or (random and metric.name == "agreement"):
            continue
        by = scale(metric, rows)
        cells = tuple(cell(metric, report, by, base=report is reference) for report in rows)
        title = "agree*" if random and metric.name == "top1" else heading(metric, by)
        numbers.append(Column(title, cells, spare=len(numbers) if metric.kind in kinds else 0))
        kinds.add(metric.kind)
    return numbers


def _that_fit(found: Sequence[Column], names: Sequence[str], width: int) -> tuple[list[Column], list[Column]]:
    """The columns that a line has room for beside enough of a name, and those that are left out."""
    shown = list(found)
    name = min(NAME, max(map(len, names)))
    while name + sum(GAP + column.width for column in shown) > width:
        spare = max(shown, key=lambda column: column.spare)
        if not spare.spare:
            break
        shown.remove(spare)
    return shown, [column for column in found if column not in shown]


def _names(results: Sequence[Result]) -> list[str]:
    """Names of rows: where one name is measured by several tests, each has the number of its note."""
    marks = _marks(results)
    return [f"{r.report.name} [{marks[id(r)]}]" if id(r) in marks else r.report.name for r in results]


def _marks(results: Sequence[Result]) -> dict[int, int]:
    names = [result.report.name for result in results]
    twice = [result for result in results if names.count(result.report.name) > 1]
    return {id(result): number for number, result in enumerate(twice, 1)}


def _notes(results: Sequence[Result], left_out: Sequence[Column], width: int) -> Iterator[str]:
    """What must be known to read the rows, each said once."""
    reports = [result.report for result in results]
    if len({report.clips for report in reports}) > 1:
        yield (
            "each row is on as many clips as it took to decide,"
            " its change against the reference on the same ones"
        )
    if reports[0].accuracy.kind == "agreement":
        yield "* weights are random: accuracy is agreement with the reference"
    for result in results:
        number = _marks(results).get(id(result))
        if number:
            yield f"[{number}] in {result.report.test}"
    if left_out:
        headings = ", ".join(column.heading for column in left_out)
        yield f"{headings}: no room in {width} columns; in --vc-report=FILE"
    whose: dict[str, list[str]] = {}
    for report in reports:
        for note in report.execution.notes:
            whose.setdefault(note, []).append(shorten(report.name, 40))
    for note, names in whose.items():
        yield f"{', '.join(dict.fromkeys(names))}: {note}"


def _colour(result: Result) -> Status | None:
    return result.status if result.verdicts else None
