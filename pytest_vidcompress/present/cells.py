"""The cells of the terminal table, by unit: shorter than elsewhere, because the heading says the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..gate.metrics import BYTES, COUNT, RATIO, SHARE, Form, Metric
from ..measure.interval import Estimate
from ..measure.report import Report
from .text_table import signed

UNEVEN = "~"
"""After what depends on the clip: it is the mean of many."""


def scale(metric: Metric, rows: Iterable[Report]) -> float:
    """What the numbers of a column are divided by."""
    if metric.unit is BYTES:
        return 1e6
    if metric.unit is not COUNT:
        return 1.0
    return 1e9 if max((metric.of(report) or 0 for report in rows), default=0) >= 1e9 else 1e6


def heading(metric: Metric, by: float) -> str:
    """As the column is called: `size MB`, `GMACs`."""
    prefix = {1e6: "M", 1e9: "G"}.get(by, "")
    if metric.unit is BYTES:
        return f"{metric.heading} {prefix}B"
    return f"{prefix}{metric.heading}"


def cell(metric: Metric, report: Report, by: float, base: bool = False) -> str:
    """The number of a row: `86.7 (+0.3)`, `4.66 (95%)`, `0.62 ±5%`; `0.31~` where it is a mean
    of clips; a dash where it was not measured.

    Args:
        by: what `scale` says.
        base: it is the reference, of which there is nothing that only compares with it.
    """
    value = metric.of(report)
    if value is None or (base and not _own(metric)):
        return "-"
    compared = report.reference is not None and {Form.DROP, Form.RATIO} & set(metric.budgets)
    beside = metric.of(report.reference) if compared and report.reference else None
    write = _WRITTEN.get(metric.unit.name)
    mark = UNEVEN if metric.rule == "by_clip" and report.cost.macs_by_clip else ""
    return (write(Number(value, beside, by)) if write else f"{value:.3g}") + mark


def _own(metric: Metric) -> bool:
    """Can a reference have it? What only compares with the reference says nothing of itself."""
    return metric.kind == "cost" or Form.DROP in metric.budgets


@dataclass(frozen=True)
class Number:
    """A value, the reference's if it is to be compared with that, and what both are divided by."""

    value: float
    beside: float | None
    by: float


def _share(number: Number) -> str:
    share = f"{100 * number.value:.1f}"
    return share if number.beside is None else f"{share} ({signed(100 * (number.value - number.beside))})"


def _bytes(number: Number) -> str:
    # 12.3, but 0.12 and 1234: three digits and no exponent.
    size = number.value / number.by
    digits = f"{size:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"
    return f"{digits} ({number.value / number.beside:.0%})" if number.beside else digits


def _count(number: Number) -> str:
    return f"{number.value / number.by:.3g}"


def _ratio(number: Number) -> str:
    """The ratio and how far its interval reaches to the further side, relative to it."""
    ratio = number.value
    low, high = ratio.interval if isinstance(ratio, Estimate) else (ratio, ratio)
    reach = max(high - ratio, ratio - low) / ratio
    return f"{ratio:.2f} ±{reach:.0%}" if math.isfinite(reach) else f"{ratio:.2f}"


_WRITTEN: Mapping[str, Callable[[Number], str]] = {
    SHARE.name: _share,
    BYTES.name: _bytes,
    COUNT.name: _count,
    RATIO.name: _ratio,
}
