"""The terminal table of a model: a row a variant, the worst first. Lines carry a status, not a colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...gate.verdict import Result, Status
from ..cells import UNEVEN
from ..text_table import GAP, columns_within, paragraph, shorten
from ..variant_rows import Column, Rows, variant_rows
from ..width import WIDTH
from ..wording import clips as clips_in_words

NAME = 29
"""Columns of a name that are worth more than the last of the others."""
MANY = 3
"""Rows from which on what is the same in all of them is said once, above."""


class Line(NamedTuple):
    """One line to print, and the verdict to colour it by; None for headings and the reference."""

    text: str
    status: Status | None = None


def tables(results: Sequence[Result], width: int = WIDTH) -> list[Line]:
    """The tables of all models, in the order in which they were measured, each with its notes below it."""
    lines, above = list[Line](), set[str]()
    for model in dict.fromkeys(result.report.model for result in results):
        rows = variant_rows([result for result in results if result.report.model == model])
        table, left_out = _table(rows, width)
        notes = [note for note in _notes(rows, left_out, width) if note not in above]
        above.update(notes)
        lines += [*([Line("")] if lines else []), *table]
        lines += [Line(line) for note in notes for line in paragraph(note, width)]
    return lines


def _table(rows: Rows, width: int) -> tuple[list[Line], list[Column]]:
    """Title, header and rows of one model; and the columns that there is no room for."""
    names, verdicts, *numbers = rows.columns
    constant = [column for column in numbers if _repeats(column)]
    shown, left_out = _that_fit(names, [c for c in (verdicts, *numbers) if c not in constant], width)
    text = columns_within(
        [names.heading, *(column.heading for column in shown)],
        [list(row) for row in zip(names.cells, *(column.cells for column in shown), strict=True)],
        right=[place for place, column in enumerate(shown, 1) if column.right],
        width=width,
    )
    statuses = [None] * (len(text) - len(rows.results)) + [_colour(result) for result in rows.results]
    clips = clips_in_words([result.report for result in rows.results])
    title = f"{shorten(rows.model, 50)} on {clips}; shares in %, changes in points"
    # The title has said how many clips, and what was not measured is nothing to say.
    same = [f"{c.heading} {c.cells[0]}" for c in constant if c.heading != "clips" and c.cells[0] != "-"]
    title += f"; in every row {', '.join(same)}" if same else ""
    return [*map(Line, paragraph(title, width)), *map(Line, text, statuses)], left_out


def _repeats(column: Column) -> bool:
    """Does it say the same of more rows than one likes to read, or nothing of any?"""
    if len(set(column.cells)) > 1:
        return False
    if column.cells[0] == "-":
        return len(column.cells) > 1
    return column.heading == "clips" or len(column.cells) > MANY


def _that_fit(names: Column, candidates: Sequence[Column], width: int) -> tuple[list[Column], list[Column]]:
    """The columns that a line has room for beside enough of a name, and those that are left out."""
    shown = list(candidates)
    name = min(NAME, max(map(len, names.cells)))
    while name + sum(GAP + max(map(len, (c.heading, *c.cells))) for c in shown) > width:
        spare = max(shown, key=lambda column: column.spare)
        if not spare.spare:
            break
        shown.remove(spare)
    return shown, [column for column in candidates if column not in shown]


def _notes(rows: Rows, left_out: Sequence[Column], width: int) -> Iterator[str]:
    """What must be known to read the rows, each said once."""
    if rows.differing_clips:
        yield (
            "each row is on as many clips as it took to decide,"
            " its change against the reference on the same ones"
        )
    if rows.random:
        yield "* weights are random: accuracy is agreement with the reference"
    if rows.uneven:
        yield f"{UNEVEN} depends on the clip: the mean of those that were counted"
    yield from rows.protocol_labels
    yield from rows.sources
    headings = ", ".join(column.heading for column in left_out)
    # Of the clips that is said already.
    if headings not in ("", "clips"):
        yield f"{headings}: no room in {width} columns; in --vc-report=FILE"
    whose: dict[str, list[str]] = {}
    for report in (result.report for result in rows.results):
        for note in (*report.execution.notes, *report.cost.notes):
            whose.setdefault(note, []).append(shorten(report.name, 40))
    for note, names in whose.items():
        yield f"{', '.join(dict.fromkeys(names))}: {note}"


def _colour(result: Result) -> Status | None:
    return result.status if result.verdicts else None
