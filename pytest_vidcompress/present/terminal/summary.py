"""What the end of a run says: tables, what changed, what was stored, and the closing line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...gate.verdict import Result, Status
from ..formats.report_json import as_json
from ..printable import printable
from .class_lines import class_lines
from .closing_line import closing_line
from .compared_runs import changes
from .coverage_lines import coverage_lines
from .hotspot_lines import hotspot_lines
from .missing_runtimes import lacking_lines
from .resumed_line import resumed
from .skipped_lines import skipped_lines
from .speed import speed_lines
from .table import Line, tables

if TYPE_CHECKING:
    from ...run.ledger import Ledger

MARKUP = {Status.FAILED: "red", Status.INCONCLUSIVE: "yellow", Status.NEW: "yellow", Status.PASSED: "green"}
"""How a terminal shows a status."""


def summary(
    ledger: Ledger,
    absent: int,
    added: Iterable[Sequence[str]] = (),
    about: str = "",
    report: Path | None = None,
) -> list[Line]:
    """The lines of the terminal summary, each with the status that colours it.

    Args:
        absent: annotated clips whose file is not there.
        added: blocks of lines from `pytest_vidcompress_tables`.
        about: the clips, in a line; empty where there is nothing to say.
        report: what `--vc-report` names.
    """
    results, skipped = ledger.results, tuple(ledger.skipped.values())
    lines = tables(results)
    if about:
        lines += [Line(""), Line(about)]
    for model in dict.fromkeys(result.report.model for result in results):
        own = [result for result in results if result.report.model == model]
        for block in (class_lines(own), coverage_lines(own), speed_lines(own), hotspot_lines(own)):
            lines += [Line(""), *map(Line, block)] if block else []
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
    listed = skipped_lines(skipped, report)
    if listed:
        lines += [Line(""), *(Line(text, Status.NEW) for text in listed)]
    unable = lacking_lines(ledger.lacking.values())
    if unable:
        lines += [Line(""), *(Line(text, Status.NEW) for text in unable)]
    if any(kept.found for kept in ledger.kept.values()):
        lines += [Line(""), *map(Line, resumed(ledger.kept.values()))]
    closing = closing_line(results, len(skipped), absent)
    worst = min((result.status for result in results), key=lambda status: status.rank, default=Status.FAILED)
    lines += [Line(""), Line(closing, worst)]
    return [Line(printable(line.text), line.status) for line in lines]


def _benchmarks(results: Sequence[Result]) -> list[dict[str, Any]]:
    """This run as pytest-benchmark would write it."""
    return [
        {"fullname": result.nodeid, "extra_info": {"vidcompress": as_json(result.report, result.verdicts)}}
        for result in results
        if result.nodeid
    ]
