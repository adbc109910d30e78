"""Achieved speed beside the machine's fp32 peak, for terminal, pages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...gate.verdict import Result
from ...measure.report import Report
from ..text_table import columns_within, paragraph, shorten
from ..width import WIDTH

HEADER = ("achieved speed", "kernels", "GMAC/s", "of fp32 peak")


def speed_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model and their reference; nothing where the machine's peak was not measured."""
    rows = speed_rows(results)
    if not rows:
        return []
    peak = next(p for result in results if (p := result.report.execution.peak_macs_per_s))
    header = [f"{HEADER[0]} of {shorten(results[0].report.model, 30)}", *HEADER[1:]]
    peak_line = (
        f"fp32 peak: {peak / 1e9:.1f} GMAC/s in matrix products, measured in this run; int8 may be beyond it"
    )
    return [*columns_within(header, rows, (2, 3), width), *paragraph(peak_line, width)]


def speed_rows(results: Sequence[Result]) -> list[list[str]]:
    """Cells under `HEADER`, the reference first."""
    reports = [result.report for result in results if result.report.execution.peak_macs_per_s is not None]
    if not reports:
        return []
    reference = reports[0].reference
    # The reference is timed beside each of its variants: one of its times stands for all.
    return [_row(report) for report in [*([reference] if reference else []), *reports]]


def speed_json(report: Report) -> dict[str, Any]:
    """What is known of how it ran; the peak only where it was measured."""
    flat: dict[str, Any] = {"isa": report.execution.isa, "runtime": report.execution.runtime}
    if report.execution.device:
        flat |= {"device": report.execution.device, "device_memory_bytes": report.cost.device_memory_bytes}
    if report.execution.peak_macs_per_s is not None:
        beside = report.reference
        flat |= {
            "macs_per_s": report.macs_per_s,
            "peak_macs_per_s": report.execution.peak_macs_per_s,
            "peak_share": report.peak_share,
            "reference_macs_per_s": beside.macs_per_s if beside else None,
        }
    return flat


def _row(report: Report) -> list[str]:
    speed, share = report.macs_per_s, report.peak_share
    return [
        report.name,
        report.execution.isa or "-",
        "-" if speed is None else f"{speed / 1e9:.1f}",
        "-" if share is None else f"{100 * share:.0f} %",
    ]
