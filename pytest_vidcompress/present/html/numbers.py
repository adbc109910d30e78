"""Numbers as cells of the page's tables: short to the eye, whole in copies."""

from __future__ import annotations

import math

from ...measure.interval import Estimate
from .page_blocks import Cell

DASH = Cell("-")


def milliseconds(seconds: float) -> str:
    """Three digits, no exponent."""
    return digits(1e3 * seconds)


def digits(value: float) -> str:
    """Likewise."""
    size = abs(value)
    return f"{value:,.{0 if size >= 100 else 1 if size >= 10 else 2}f}"


def megabytes(size: float) -> str:
    return f"{digits(size / 1e6)} MB"


def points(change: float) -> str:
    """Of accuracy: `-0.6`; neither `-0.0` nor `+0.0` for none."""
    return "0.0" if abs(change) < 0.05 else f"{change:+.1f}"


def ends(value: float | None, write: object = None) -> str:
    """The 95 % interval in brackets; empty where there is none."""
    if not isinstance(value, Estimate) or value.low == value.high:
        return ""
    to_text = write if callable(write) else digits
    low, high = (str(to_text(end)) if math.isfinite(end) else "-" for end in value.interval)
    return f"[{low}, {high}]"


def plain(value: float) -> str:
    """For machines: whole numbers whole, others with as many digits as anything was measured to."""
    return str(int(value)) if float(value).is_integer() else f"{value:.9g}"


def cell(value: float | None, text: str = "", style: str = "") -> Cell:
    """A number, as it is written or with three digits; a dash where there is none."""
    return DASH if value is None else Cell(text or digits(value), float(value), style)


def milliseconds_cell(seconds: float | None) -> Cell:
    return DASH if seconds is None else Cell(milliseconds(seconds), 1e3 * seconds)


def percent_cell(share: float | None, places: int = 0) -> Cell:
    return DASH if share is None else Cell(f"{100 * share:.{places}f} %", 100 * share)


def whole_cell(value: float | None) -> Cell:
    return DASH if value is None else Cell(f"{value:,.0f}", float(value))
