"""How long calls take, of a variant and of its reference in turns; and cold starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....measure.interval import Estimate, quantile
from ....measure.latency.percentiles import CALLS_OF_P99
from ..numbers import cell, ends, milliseconds, milliseconds_cell, whole_cell
from ..page_blocks import Cell, Figure, Table
from ..palette import token
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import estimate, inner, number, numbers
from .plot_parts import axis, plot_text, row_bar, rows_height, rows_layout

PLACES = (0.5, 0.9, 0.95, 0.99)
"""Shares of calls."""
MOST_DOTS = 4000
"""Calls that are drawn one by one."""
ENOUGH = 8
"""Calls that a distribution is drawn of."""
STARTS = (("load", "load_s"), ("prepare", "prepare_s"), ("first call", "first_call_s"))
_STEPS = ("#3b7dd8", "#e67e22", "#1f9d7a")


def calls_of(variant: Variant, arm: str) -> list[float]:
    """Seconds of undisturbed calls of `variant` or `reference`."""
    return numbers(inner(variant.entry, "calls"), arm) or numbers(inner(variant.entry, "call_seconds"), arm)


def call_times(model: ModelOfRun) -> Figure | None:
    """Distributions, of those whose calls are known; of others the percentiles are in the table."""
    found = [each for each in model.by_time if number(each.entry, "latency") is not None]
    if not found:
        return None
    drawn = [each for each in found if len(calls_of(each, "variant")) >= ENOUGH]
    traces = [*_boxes(drawn)] if drawn else [*_percentile_marks(found)]
    rows = drawn or found
    what = "distributions" if drawn else "p50, p90, p95 and p99"
    return Figure(
        "calls",
        "Time of a call",
        f"{what} of the milliseconds of a call, of {len(rows)} variants; below each that of its reference in turns.",
        traces,
        rows_layout(
            axis("ms a call, batch of one", rangemode="tozero"),
            [each.name for each in rows],
            boxmode="group",
            boxgap=0.25,
            boxgroupgap=0.1,
        ),
        _table(found),
        rows_height(len(rows), 44 if drawn else 28),
    )


def _boxes(found: Sequence[Variant]) -> Iterator[dict[str, Any]]:
    """The variant's above its row's middle, its reference's below; every call a point, unless they are many."""
    arms = {arm: [calls_of(each, arm) for each in found] for arm in ("variant", "reference")}
    are_few = sum(len(seconds) for taken in arms.values() for seconds in taken) <= MOST_DOTS
    for arm, taken in arms.items():
        colour = token(arm)
        yield {
            "type": "box",
            "orientation": "h",
            "name": arm,
            "offsetgroup": arm,
            "hoverinfo": "skip",
            "x": [round(1e3 * second, 4) for seconds in taken for second in seconds],
            "y": [place for place, seconds in enumerate(taken) for _ in seconds],
            "boxpoints": "all" if are_few else "outliers",
            "jitter": 0.7,
            "pointpos": 0,
            "fillcolor": "rgba(0,0,0,0)",
            "line": {"color": colour, "width": 1.5},
            "marker": {"color": colour, "size": 3, "opacity": 0.45},
        }
    for arm, taken in arms.items():
        shift = -0.2 if arm == "variant" else 0.2
        known = [(place, each, s) for place, (each, s) in enumerate(zip(found, taken, strict=True)) if s]
        yield {
            "type": "scatter",
            "mode": "markers",
            "hoverinfo": "text",
            "showlegend": False,
            "name": f"{arm}, p50",
            "x": [1e3 * quantile(seconds, 0.5) for _, _, seconds in known],
            "y": [place + shift for place, _, _ in known],
            "hovertext": [_hover(each, arm, seconds) for _, each, seconds in known],
            "marker": {"symbol": "line-ns", "size": 12, "line": {"width": 3, "color": token(arm)}},
        }


def _hover(variant: Variant, arm: str, seconds: Sequence[float]) -> str:
    places = ", ".join(f"p{100 * place:.0f} {milliseconds(quantile(seconds, place))}" for place in PLACES[:3])
    title = f"<b>{plot_text(variant.name, 60)}</b>" + (", its reference" if arm == "reference" else "")
    return f"{title}<br>{places} ms<br>{len(seconds)} calls"


def _percentile_marks(found: Sequence[Variant]) -> Iterator[dict[str, Any]]:
    usual = [(place, each, s) for place, each in enumerate(found) if (s := _usual_s(each)) is not None]
    if usual:
        yield _marks(usual, "reference, p50", "circle-open")
    for name, key in (
        ("p50", "latency"),
        ("p90", "latency_p90"),
        ("p95", "latency_p95"),
        ("p99", "latency_p99"),
    ):
        known = [(p, each, s) for p, each in enumerate(found) if (s := number(each.entry, key)) is not None]
        if known:
            yield _marks(known, name, "circle" if name == "p50" else "line-ns")


def _usual_s(variant: Variant) -> float | None:
    """A call of the reference, timed in turns with it."""
    latency, ratio = number(variant.entry, "latency"), number(variant.entry, "latency_ratio")
    return latency / ratio if latency and ratio else None


def _marks(known: Sequence[tuple[int, Variant, float]], name: str, symbol: str) -> dict[str, Any]:
    colour = token("reference" if name.startswith("reference") else "variant")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "hoverinfo": "text",
        "x": [1e3 * seconds for _, _, seconds in known],
        "y": [place for place, _, _ in known],
        "hovertext": [
            f"<b>{plot_text(each.name, 60)}</b><br>{name}: {milliseconds(seconds)} ms"
            for _, each, seconds in known
        ],
        "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
    }


def _table(found: Sequence[Variant]) -> Table:
    places = ("p50", "p90", "p95", "p99", "jitter")
    header = ("variant", "calls", *(f"{place} ms" for place in places), "reference p50 ms", "ratio")
    return Table("Time of a call: the numbers", header, [_row(each) for each in found], _unbounded(found))


def _row(variant: Variant) -> tuple[Cell, ...]:
    entry = variant.entry
    latency, ratio = number(entry, "latency"), variant.ratio("latency_ratio")
    reference = calls_of(variant, "reference")
    usual = quantile(reference, 0.5) if reference else latency / ratio if latency and ratio else None
    keys = ("latency", "latency_p90", "latency_p95", "latency_p99", "latency_jitter")
    return (
        Cell(variant.name),
        whole_cell(number(entry, "calls") or len(calls_of(variant, "variant")) or None),
        *(_bounded(estimate(entry, key)) for key in keys),
        milliseconds_cell(usual),
        cell(ratio, f"{ratio:.3f} {ends(ratio)}" if ratio is not None else ""),
    )


def _bounded(seconds: Estimate | None) -> Cell:
    said = "" if seconds is None else f"{milliseconds(seconds)} {ends(seconds, milliseconds)}".rstrip()
    return cell(None if seconds is None else 1e3 * seconds, said)


def _unbounded(found: Sequence[Variant]) -> str:
    """Why there is no p99; empty where there is one of every variant."""
    if all(number(each.entry, "latency_p99") is not None for each in found):
        return ""
    return f"p99 and jitter take {CALLS_OF_P99} undisturbed calls of a variant (--vc-calls={CALLS_OF_P99})."


def cold_starts(model: ModelOfRun) -> Figure | None:
    """Load, prepare and first call in a process of its own, two bars a variant; None where nothing was started."""
    found = [each for each in model.by_time if number(inner(each.entry, "start"), "total_s") is not None]
    if not found:
        return None
    bars = [
        (f"{each.name}{suffix}", each, arm)
        for each in found
        for suffix, arm in (
            ("", inner(each.entry, "start")),
            (", its reference", inner(inner(each.entry, "start"), "reference")),
        )
    ]
    # References fainter, below the variant that each is of.
    faint = [1 if place % 2 == 0 else 0.55 for place in range(len(bars))]
    traces = [
        _start_bar(name, key, colour, bars) | {"marker": {"color": colour, "opacity": faint}}
        for (name, key), colour in zip(STARTS, _STEPS, strict=True)
    ]
    return Figure(
        "starts",
        "Cold start",
        f"Milliseconds to load, to prepare and of the first call, in fresh processes, of {len(found)} variants and"
        " their references.",
        traces,
        rows_layout(axis("ms"), [label for label, _, _ in bars], barmode="stack", bargap=0.25),
        Table(
            "Cold start: the numbers",
            ("variant", *(f"{name} ms" for name, _ in STARTS), "total ms", "MB resident", "beyond imports"),
            [_start_row(label, arm) for label, _, arm in bars],
        ),
        rows_height(len(bars), 24),
    )


def _start_bar(name: str, key: str, colour: str, bars: Sequence[tuple[str, Any, Any]]) -> dict[str, Any]:
    """What a step takes in every row."""
    seconds = [number(arm, key) or 0 for _, _, arm in bars]
    hover = [
        f"<b>{plot_text(label, 60)}</b><br>{name}: {milliseconds(each)} ms"
        for (label, _, _), each in zip(bars, seconds, strict=True)
    ]
    return row_bar(name, [1e3 * each for each in seconds], hover, colour) | {"textposition": "none"}


def _start_row(label: str, arm: Any) -> tuple[Cell, ...]:
    seconds = [milliseconds_cell(number(arm, key)) for key in (*(key for _, key in STARTS), "total_s")]
    memory = [number(arm, key) for key in ("peak_resident_bytes", "own_resident_bytes")]
    return Cell(label), *seconds, *(cell(None if each is None else each / 1e6) for each in memory)
