"""A picture of where time goes: a bar a variant below its reference's, a piece a kind of operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...gate.verdict import Result
from ...measure.profile.hotspots import Hotspots
from ...measure.profile.operator_kinds import KINDS, OTHER, OUTSIDE
from ...measure.report import Report
from ..terminal.hotspot_lines import milliseconds
from ..text_table import shorten

WIDTH, HEIGHT, LABEL, NUMBER = 720, 26, 190, 80
"""Of the picture, of a bar with its gap, of the names on the left, of the times on the right; CSS pixels."""
COLOURS = {
    "compiled code": "#9467bd",
    "convolution": "#17a2b8",
    "fused attention": "#e67e22",
    "softmax": "#c2304a",
    "normalization": "#4caf72",
    "activation": "#d4b03a",
    "quantization": "#d16ba5",
    "linear": "#3b7dd8",
    "attention matmul": "#f0883e",
    "copy": "#8d6e63",
    "element-wise": "#7cb5a4",
    OTHER: "#90a4ae",
    OUTSIDE: "#607078",
}
"""Of every kind; to be seen on light and on dark."""


@dataclass(frozen=True)
class Piece:
    """The time of one kind of operator; x and width in pixels."""

    x: float
    width: float
    kind: int
    """Its place in `KINDS`, which says its colour."""
    title: str


@dataclass(frozen=True)
class Bar:
    """A reference or variant; y and end in pixels."""

    name: str
    y: float
    end: float
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Bars:
    """All bars have one scale."""

    bars: tuple[Bar, ...]
    kinds: tuple[tuple[int, str], ...]
    """What there is, for the key of colours."""
    width: int
    height: int


def bars(results: Sequence[Result]) -> Bars | None:
    """The reference and the variants of one model; None where none was profiled."""
    reports = [result.report for result in results if _shown(result.report)]
    if not reports:
        return None
    reference = reports[0].reference
    shown = [
        (report.name, report.execution.hotspots)
        for report in [*([reference] if reference is not None and _shown(reference) else []), *reports]
        if report.execution.hotspots is not None
    ]
    longest = max(hotspots.seconds for _, hotspots in shown)
    scale = (WIDTH - LABEL - NUMBER) / longest
    drawn = tuple(_bar(name, hotspots, row * HEIGHT, scale) for row, (name, hotspots) in enumerate(shown))
    there = {piece.kind for bar in drawn for piece in bar.pieces}
    return Bars(drawn, tuple((k, KINDS[k]) for k in sorted(there)), WIDTH, HEIGHT * len(drawn))


def _shown(report: Report) -> bool:
    return report.execution.hotspots is not None and report.execution.hotspots.seconds > 0


def _bar(name: str, hotspots: Hotspots, y: float, scale: float) -> Bar:
    """Pieces in the order of `KINDS`, so that the same ones lie below each other."""
    pieces: list[Piece] = []
    x = float(LABEL)
    spent = {spot.kind: spot.self_s for spot in hotspots.kinds}
    for place, kind in enumerate(KINDS):
        seconds = spent.get(kind, 0.0)
        if seconds > 0:
            title = f"{kind}: {milliseconds(seconds)} ms, {100 * seconds / hotspots.seconds:.1f} %"
            pieces.append(Piece(round(x, 2), round(seconds * scale, 2), place, title))
            x += seconds * scale
    return Bar(shorten(name, 28), y, round(x, 2), f"{milliseconds(hotspots.seconds)} ms", tuple(pieces))
