"""A picture of what clips cost: how many cost so much, the still ones below those that move."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ...measure.by_clip.distribution import PLACES
from ...measure.by_clip.thirds import THIRDS, thirds
from ...measure.report import Report

WIDTH, HEIGHT, EDGE = 460, 160, 40
"""Of a picture and of the room around it, in CSS pixels."""
BINS = 32


@dataclass(frozen=True)
class Block:
    """The clips of one third that cost about as much; all in pixels."""

    x: float
    y: float
    width: float
    height: float
    third: str
    """Empty where clips cannot be told apart by motion."""
    title: str


@dataclass(frozen=True)
class Histogram:
    """Costs from nothing to the dearest clip's or the uncompressed model's, whichever is more."""

    caption: str
    blocks: tuple[Block, ...]
    marks: tuple[tuple[str, float], ...]
    """Mean, quantiles and the uncompressed model: name and x."""
    most: str
    """Clips of the highest bin, in words."""
    end: str
    """MACs at the right end."""


def cost_histogram(report: Report) -> Histogram | None:
    """Of a variant whose work depends on the clip; None of any other."""
    macs = report.cost.macs_by_clip
    if not macs:
        return None
    whole = report.reference.macs if report.reference else None
    end = max(*macs, whole or 0, 1)
    of_clip = thirds(report.cost.shown.motions) or ("",) * len(macs)
    bins = Counter(
        (min(BINS - 1, BINS * each // end), third) for each, third in zip(macs, of_clip, strict=True)
    )
    numbers = {place: getattr(report, f"macs_{place}") for place in PLACES} | (
        {"reference": whole} if whole else {}
    )
    tallest = max(sum(bins[place, third] for third in {*of_clip}) for place in range(BINS))
    return Histogram(
        f"clips of {report.name} by what they cost; the darker, the more they move",
        tuple(_blocks(bins, tallest, end)),
        tuple((name, _across(value / end)) for name, value in numbers.items()),
        f"{tallest} of {len(macs)}",
        f"{end / 1e6:.4g} MMACs",
    )


def _blocks(bins: Counter[tuple[int, str]], tallest: int, end: int) -> list[Block]:
    """Bin by bin from the left, thirds from below."""
    drawn: list[Block] = []
    width, high = round((WIDTH - 2 * EDGE) / BINS - 1, 1), HEIGHT - 2 * EDGE
    for place in range(BINS):
        below = 0
        for third in (*THIRDS, ""):
            clips = bins[place, third]
            if clips:
                below += clips
                top, height = HEIGHT - EDGE - high * below / tallest, high * clips / tallest
                ends = " to ".join(f"{edge * end / BINS / 1e6:.4g}" for edge in (place, place + 1))
                title = f"{clips} {third} clips of {ends} MMACs".replace("  ", " ")
                lies = _across(place / BINS), round(top, 1), width, round(height, 1)
                drawn.append(Block(*lies, third, title))
    return drawn


def _across(share: float) -> float:
    return round(EDGE + (WIDTH - 2 * EDGE) * share, 1)
