"""What a user gets for free, beside what compression gets: an int8 gain quoted against fp32 alone mixes the two."""

from __future__ import annotations

from collections.abc import Sequence

from ...gate.verdict import Result
from ..text_table import paragraph, shorten
from ..width import WIDTH

FREE = "bf16"
"""The recipe that is one line of torch (`module.bfloat16()`), without calibration and without another file format."""
SHOWN = 3
"""Variants that are said, the fastest first."""


def free_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """Of one model; nothing where what is free was not timed, or nothing is faster."""
    ratios = {
        result.report.name: float(result.report.latency_ratio)
        for result in results
        if result.report.latency_ratio is not None
    }
    if FREE not in ratios:
        return []
    free = ratios.pop(FREE)
    least = min(free, 1.0)
    faster = sorted((ratio, name) for name, ratio in ratios.items() if ratio < least)[:SHOWN]
    if not faster:
        return []
    takes = ", ".join(f"{shorten(name, 40)} takes {ratio / least:.2f}" for ratio, name in faster)
    said = (
        f"for free here, by one line of torch: {FREE} takes {free:.2f} of fp32's time; of that, {takes}"
        if free < 1.0
        else f"nothing is for free here: {FREE} takes {free:.2f} of fp32's time; of fp32's, {takes}"
    )
    return paragraph(said, width)
