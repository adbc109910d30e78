"""What the end of a run says: tables, what changed, what was stored, and the closing line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..gate.verdict import Result, Status
from .changes import changes
from .closing import closing_line
from .export import as_json
from .table import Line, tables

MOST_SKIPPED = 10
"""Skipped clips that are named; the rest is counted."""


if TYPE_CHECKING:
    from ..ledger import Ledger

MARKUP = {Status.FAILED: "red", Status.INCONCLUSIVE: "yellow", Status.NEW: "yellow", Status.PASSED: "green"}
"""How a terminal shows a status."""


def summary(ledger: Ledger, absent: int, added: Iterable[Sequence[str]] = ()) -> list[Line]:
    """The lines of the terminal summary, each with the status that colours it.

    Args:
        absent: annotated clips whose file is not there.
        added: blocks of lines from `pytest_vidcompress_tables`.
    """
    results, skipped = ledger.results, ledger.skipped
    lines = tables(results)
    for block in added:
        lines += [Line(""), *map(Line, block)]
    for document in ledger.compared:
        lines += [Line(""), *map(Line, changes(document.get("benchmarks", ()), _benchmarks(results)))]
    if ledger.written:
        lines += [
            Line(""),
            Line("written to the baselines:"),
            *(Line(f"  {change}") for change in ledger.written),
        ]
    if ledger.unused:
        lines += [Line(""), Line("stored, but measured by no test any more:", Status.NEW)]
        lines += [Line(f"  {name}", Status.NEW) for name in ledger.unused]
    if skipped:
        lines += [
            Line(""),
            Line("clips that could not be used, in neither variant nor reference:", Status.NEW),
        ]
        named = list(skipped.values())[:MOST_SKIPPED]
        lines += [Line(f"  {each.clip.id}: {each.reason}", Status.NEW) for each in named]
        if len(skipped) > len(named):
            lines.append(Line(f"  and {len(skipped) - len(named)} more", Status.NEW))
    closing = closing_line(results, len(skipped), absent)
    worst = min((result.status for result in results), key=lambda status: status.rank, default=Status.FAILED)
    return [*lines, Line(""), Line(closing, worst)]


def _benchmarks(results: Sequence[Result]) -> list[dict[str, Any]]:
    """This run as pytest-benchmark would write it."""
    return [
        {"fullname": result.nodeid, "extra_info": {"vidcompress": as_json(result.report, result.verdicts)}}
        for result in results
        if result.nodeid
    ]
