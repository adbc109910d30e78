"""The terminal table of a model: a row a variant, the worst first. Lines carry a status, not a colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from ...gate.metrics import METRICS
from ...gate.verdict import Result, Status
from ..cells import UNEVEN
from ..text_table import GAP, columns_within, paragraph, shorten
from ..variant_rows import Column, Rows, variant_rows
from ..width import WIDTH
from ..wording import clips as clips_in_words
from ..wording import count, standing

NAME = 29
"""Columns of a name that are worth more than the last of the others."""
MOST_NAMES = 4
"""Variants that a remark is said of by name."""
BAR, LONGEST = 10, 1.5
"""Columns of a bar, and the ratio from which on it grows no more."""
MANY = 3
"""Rows from which on what is the same in all of them is said once, above."""


class Line(NamedTuple):
    """One line to print, and the verdict to colour it by; None for headings and the reference."""

    text: str
    status: Status | None = None


def tables(
    results: Sequence[Result], width: int = WIDTH, most: int | None = None, blocks: str = ""
) -> list[Line]:
    """The tables of all models, in the order in which they were measured, each with its notes below it.

    Args:
        most: rows of a table; None for all.
        blocks: what bars grow by, from nothing to a whole column; empty for no bars.
    """
    lines, above = list[Line](), set[str]()
    for model in dict.fromkeys(result.report.model for result in results):
        own, repeated = _once([result for result in results if result.report.model == model])
        rows = variant_rows(own)
        table, left_out = _table(rows, width, most, blocks)
        notes = [note for note in (*_notes(rows, left_out, width), *repeated) if note not in above]
        above.update(notes)
        lines += [*([Line("")] if lines else []), *table]
        lines += [Line(line) for note in notes for line in paragraph(note, width)]
    return lines


def _once(results: Sequence[Result]) -> tuple[list[Result], list[str]]:
    """Of a variant that several tests measured the worst, where its numbers are the same; and which these are."""
    tests: dict[tuple[object, ...], list[Result]] = {}
    for result in sorted(results, key=lambda result: result.status.rank):
        report = result.report
        same = (report.name, report.clips, report.top1, report.agreement, report.size_bytes, report.macs)
        tests.setdefault(same, []).append(result)
    chosen = {id(several[0]) for several in tests.values()}
    remarks = [
        f"{shorten(several[0].report.name, 40)}: measured by {len(several)} tests, the worst is shown"
        for several in tests.values()
        if len(several) > 1
    ]
    return [result for result in results if id(result) in chosen], remarks


def _table(rows: Rows, width: int, most: int | None, blocks: str) -> tuple[list[Line], list[Column]]:
    """Title, header and rows of one model; and the columns that there is no room for."""
    names, verdicts, *numbers = rows.columns
    constant = [column for column in numbers if _repeats(column)]
    candidates = [c for c in (verdicts, *numbers) if c not in constant]
    shown, left_out = _that_fit(names, [*candidates, *_bars(rows, blocks)], width)
    text = columns_within(
        [names.heading, *(column.heading for column in shown)],
        [list(row) for row in zip(names.cells, *(column.cells for column in shown), strict=True)],
        right=[place for place, column in enumerate(shown, 1) if column.right],
        width=width,
    )
    statuses = [None] * (len(text) - len(rows.results)) + [_colour(result) for result in rows.results]
    lines = [*map(Line, _title(rows, constant, width), repeat(None)), *map(Line, text, statuses)]
    more = len(rows.results) - (len(rows.results) if most is None else most)
    if more > 0:
        lines[-more:] = [Line(_more(rows.results[-more:]))]
    return lines, [column for column in left_out if column in candidates]


def _title(rows: Rows, constant: Sequence[Column], width: int) -> list[str]:
    clips = clips_in_words([result.report for result in rows.results])
    title = f"{shorten(rows.model, 50)} on {clips}; shares in %, changes in points"
    # The title has said how many clips, and what was not measured is nothing to say.
    same = [f"{c.heading} {c.cells[0]}" for c in constant if c.heading != "clips" and c.cells[0] != "-"]
    return paragraph(title + (f"; in every row {', '.join(same)}" if same else ""), width)


def _more(results: Sequence[Result]) -> str:
    """`and 12 variants more: 2 new, 10 passed; -v shows them`."""
    words = Counter(map(standing, results))
    counted = ", ".join(f"{n} {word}" for word, n in words.items())
    return f"and {count(len(results), 'variant')} more: {counted}; -v shows them"


def _bars(rows: Rows, blocks: str) -> list[Column]:
    """The time of each row beside the reference's, drawn; none where nothing was timed."""
    ratios = [result.report.latency_ratio for result in rows.results]
    longest = max((float(ratio) for ratio in ratios if ratio is not None), default=0.0)
    if not (blocks and longest):
        return []
    whole = max(1.0, min(longest, LONGEST))
    before = [bar(1.0 / whole, blocks)] * (rows.reference is not None)
    cells = ["" if ratio is None else bar(min(ratio / whole, 1.0), blocks) for ratio in ratios]
    return [Column("of fp32's", (*before, *cells), right=False, spare=len(METRICS) + 1)]


def bar(share: float, blocks: str, columns: int = BAR) -> str:
    """A bar of a share of so many columns, in parts of a column as small as `blocks` has.

    Args:
        blocks: from nothing to a whole column.
    """
    parts = round(share * columns * (len(blocks) - 1))
    whole, part = divmod(parts, len(blocks) - 1)
    return blocks[-1] * whole + (blocks[part] if part else "")


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


def remark_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """What was remarked on the variants of one model while they were made and measured, each said once."""
    whose: dict[str, list[str]] = {}
    for report in (result.report for result in sorted(results, key=lambda result: result.status.rank)):
        for note in (*report.execution.notes, *report.cost.notes):
            whose.setdefault(note, []).append(shorten(report.name, 40))
    lines: list[str] = []
    for note, several in whose.items():
        names = [*dict.fromkeys(several)]
        more = len(names) - len(names[:MOST_NAMES])
        of = f"{', '.join(names[:MOST_NAMES])}{f' and {more} more' if more else ''}"
        lines += paragraph(f"{of}: {note}", width)
    return lines


def _colour(result: Result) -> Status | None:
    return result.status if result.verdicts else None
