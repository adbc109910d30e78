"""Cold starts by their parts, and the memory that they took, for terminal, pages and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..gate.verdict import Result
from ..measure.report import Report
from ..measure.start.cold_start import PARTS, ColdStart, Start, own_bytes, parts_s, peak_bytes, total_s
from .text_table import columns_within, paragraph, shorten
from .width import WIDTH

HEADER = ("cold start", *PARTS, "total ms", "MB resident", "beyond imports")


def start_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model, each beside its reference in the same turns; nothing where nothing was started."""
    rows = start_rows(results)
    header = [f"{HEADER[0]} of {shorten(results[0].report.model, 30)}", *HEADER[1:]]
    lines = columns_within(header, rows, range(1, len(HEADER)), width) if rows else []
    for report in (result.report for result in results):
        if report.start and report.start.absent:
            lines += paragraph(f"{report.name}: no cold start to measure: {report.start.absent}", width)
    return lines


def start_rows(results: Sequence[Result]) -> list[list[str]]:
    """Cells under `HEADER`: two rows a variant."""
    rows: list[list[str]] = []
    for report in (result.report for result in results):
        if report.start and report.start.variant:
            rows.append(_row(report.name, report.start.variant))
            rows.append(_row("  its reference", report.start.reference))
    return rows


def start_json(report: Report) -> dict[str, Any]:
    """Medians of the parts, seconds, and of the memory; every pair's log-ratio."""
    start = report.start
    if start is None:
        return {}
    if not start.variant:
        return {"start": dict(_why(start))}
    own = _medians(start.variant) | {"reference": _medians(start.reference)}
    return {"start": own | {"pairs": len(start.variant), "log_ratios": list(start.log_ratios)}}


def _why(start: Start) -> Iterator[tuple[str, str]]:
    if start.absent:
        yield "absent", start.absent
    if start.crash:
        yield "crash", start.crash


def _row(name: str, starts: Sequence[ColdStart]) -> list[str]:
    seconds = [*parts_s(starts), total_s(starts)]
    memory = peak_bytes(starts), own_bytes(starts)
    return [
        name,
        *(f"{1e3 * each:.0f}" for each in seconds),
        *("-" if each is None else f"{each / 1e6:.0f}" for each in memory),
    ]


def _medians(starts: Sequence[ColdStart]) -> dict[str, Any]:
    load, prepare, first_call = parts_s(starts)
    return {
        "load_s": load,
        "prepare_s": prepare,
        "first_call_s": first_call,
        "total_s": total_s(starts),
        "peak_resident_bytes": peak_bytes(starts),
        "own_resident_bytes": own_bytes(starts),
    }
