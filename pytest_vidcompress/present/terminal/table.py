"""The terminal table of a model: a row a variant, the worst first. Lines carry a status, not a colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...gate.verdict import Result, Status
from ...measure.interval import Estimate
from ...measure.report import Report
from ..wording import clips
from .text_table import WIDTH, columns, shorten, signed


class Line(NamedTuple):
    """One line to print, and the verdict to colour it by; None for headings and the reference."""

    text: str
    status: Status | None = None


def tables(results: Sequence[Result]) -> list[Line]:
    """The tables of all models, in the order in which they were measured."""
    lines: list[Line] = []
    for model in dict.fromkeys(result.report.model for result in results):
        own = [result for result in results if result.report.model == model]
        lines += [*([Line("")] if lines else []), *table(own)]
    return lines


def table(results: Sequence[Result]) -> list[Line]:
    """Title, header, reference and variants of one model; nothing when there is nothing."""
    if not results:
        return []
    ordered = sorted(results, key=lambda result: result.status.rank)
    first = ordered[0].report
    random = first.accuracy.kind == "agreement"
    reference = next((r.report.reference for r in ordered if r.report.reference is not None), None)
    reports = [result.report for result in ordered]
    giga = (
        max((report.macs or 0 for report in [*reports, *([reference] if reference else [])]), default=0)
        >= 1e9
    )

    header = ["variant", "verdict", "agree*" if random else "top-1", "agree", "size MB", "zeros"]
    header += ["GMACs" if giga else "MMACs", "time ratio"]
    rows = [_row(report, _word(result), giga) for report, result in zip(reports, ordered, strict=True)]
    if reference is not None:
        rows.insert(0, _row(reference, "reference", giga, base=True))
    if random:
        # It would say the same twice.
        header.pop(3)
        rows = [row[:3] + row[4:] for row in rows]

    rest = len(columns(header, [["", *row[1:]] for row in rows], range(2, len(header)))[1]) - len(header[0])
    rows = [[shorten(row[0], max(8, WIDTH - rest)), *row[1:]] for row in rows]
    text = columns(header, rows, right=range(2, len(header)))
    statuses = [None] * (2 if reference is None else 3) + [_colour(result) for result in ordered]
    title = f"{shorten(first.model, 50)} on {clips(reports)}; shares in %, changes in points"
    lines = [Line(title), *map(Line, text, statuses)]
    if random:
        lines.append(Line("* weights are random: accuracy is agreement with the reference"))
    notes = dict.fromkeys(f"{shorten(r.name, 40)}: {note}" for r in reports for note in r.execution.notes)
    return [*lines, *map(Line, notes)]


def _row(report: Report, verdict: str, giga: bool, base: bool = False) -> list[str]:
    return [
        report.name,
        verdict,
        f"{100 * report.top1:.1f}"
        if base
        else f"{100 * report.top1:.1f} ({signed(-100 * report.top1_drop)})",
        "-" if base else f"{100 * report.agreement:.1f}",
        _size(report, base),
        "-" if report.sparsity is None else f"{100 * report.sparsity:.1f}",
        "-" if report.macs is None else f"{report.macs / (1e9 if giga else 1e6):.3g}",
        "-" if base or report.latency_ratio is None else _ratio(report.latency_ratio),
    ]


def _size(report: Report, base: bool) -> str:
    if report.size_bytes is None:
        return "-"
    # 12.3, but 0.12 and 1234: three digits and no exponent.
    size = report.size_bytes / 1e6
    digits = f"{size:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"
    ratio = report.size_ratio
    return digits if base or ratio is None else f"{digits} ({ratio:.0%})"


def _ratio(ratio: Estimate) -> str:
    """The ratio and how far its interval reaches to the further side, relative to it."""
    reach = max(ratio.high - ratio, ratio - ratio.low) / ratio
    return f"{ratio:.2f} ±{reach:.0%}" if math.isfinite(reach) else f"{ratio:.2f}"


def _word(result: Result) -> str:
    return str(result.status) if result.verdicts else "unchecked"


def _colour(result: Result) -> Status | None:
    return result.status if result.verdicts else None


def plain(lines: Iterable[Line]) -> str:
    """Lines without their colours."""
    return "\n".join(line.text for line in lines)
