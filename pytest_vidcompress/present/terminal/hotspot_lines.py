"""Where the time goes, reference beside variant: the top of it on the terminal, all of it in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...gate.verdict import Result
from ...measure.profile.hotspots import Hotspots, Spot, shares
from ...measure.report import Report
from ..text_table import columns_within, paragraph, shorten
from ..width import WIDTH
from .coverage_lines import share

TOP = 10
"""Rows of a table on the terminal."""
NUMBERS = ("self ms", "share", "total")


def hotspot_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The tables of all variants; nothing where nothing was profiled."""
    lines: list[str] = []
    for result in results:
        if result.report.execution.hotspots is not None:
            lines += [*([""] if lines else []), *_of(result.report, result.report.execution.hotspots, width)]
    return lines


def hotspots_json(hotspots: Hotspots) -> dict[str, Any]:
    """Every row, with its share of the time of all."""
    return {
        "seconds": hotspots.seconds,
        "runs": hotspots.runs,
        "source": hotspots.source,
        "note": hotspots.note,
        "integer_share": hotspots.integer_share,
        "kinds": _rows(hotspots.kinds),
        "operators": _rows(hotspots.operators),
        "modules": _rows(hotspots.modules),
    }


def beside(before: Sequence[Spot], now: Sequence[Spot]) -> list[tuple[str, str, Spot | None, Spot | None]]:
    """Name, kind, and the two of that name, those first that take most time in either."""
    old, new = ({(spot.name, spot.kind): spot for spot in spots} for spots in (before, now))
    keys = sorted(
        dict.fromkeys((*new, *old)),
        key=lambda key: (-max(each[key].self_s for each in (old, new) if key in each), key),
    )
    return [(*key, old.get(key), new.get(key)) for key in keys]


def milliseconds(seconds: float) -> str:
    """Three digits or more, no exponent."""
    value = round(1e3 * seconds, 2)
    return f"{value:,.{0 if value >= 1000 else 1 if value >= 100 else 2}f}"


def _of(report: Report, now: Hotspots, width: int) -> list[str]:
    model = shorten(report.model, 30)
    before = (report.reference.execution.hotspots if report.reference else None) or Hotspots()
    if not now.operators:
        return paragraph(f"{shorten(report.name, 40)} of {model}: no time by operator: {now.note}", width)
    title = f" of {model}: where the time of a call goes, reference | variant"
    times = f"{milliseconds(before.seconds)} | {milliseconds(now.seconds)} ms under {now.source}"
    lines = paragraph(shorten(report.name, max(12, width - len(title))) + title, width)
    lines += paragraph(f"{times}, median of {now.runs} calls", width)
    lines += paragraph(_integers(report, now), width)
    if before.source == now.source:
        lines += _table("operator", before.operators, now.operators, width)
    else:
        # Their names of operators mean nothing to each other.
        lines += _table("kind of operator", before.kinds, now.kinds, width)
        lines += _table("operator", (), now.operators, width)
    if now.modules:
        lines += _table("module", before.modules, now.modules, width, _end)
    return lines


def _integers(report: Report, now: Hotspots) -> str:
    """Whether the arithmetic that should be int8 was seen to be."""
    should = report.cost.coverage.macs_int8 if report.cost.coverage else 0.0
    part = now.integer_share
    if part is None or not (part or should):
        return ""
    if not part:
        return f"no kernel multiplied integers: the {share(should)} of MACs that should be int8 were not"
    return f"of the time in products and convolutions, {share(part)} multiplied integers"


def _table(
    what: str,
    before: Sequence[Spot],
    now: Sequence[Spot],
    width: int,
    short: Callable[[str, int], str] = shorten,
) -> list[str]:
    header = [what, *NUMBERS, "|", *NUMBERS, "calls"]
    both = beside(before, now)
    ambiguous = _ambiguous(both)
    parts_before, parts_now = shares(before), shares(now)
    rows: list[list[str]] = []
    for name, kind, old, new in both[:TOP]:
        label = f"{name} ({kind})" if name in ambiguous else name
        cells = [*_cells(old, parts_before), "|", *_cells(new, parts_now)]
        rows.append([label, *cells, str((new or old or Spot("", "", 0, 0, 0)).calls)])
    more = len(both) - len(rows)
    lines = columns_within(header, rows, (1, 2, 3, 5, 6, 7, 8), width, short)
    return [*lines, *([f"and {more} more: see --vc-report"] if more else [])]


def _end(name: str, width: int) -> str:
    """A module's name in `width` characters: what tells it from others is at its end."""
    return name if len(name) <= width else "…" + name[len(name) - width + 1 :]


def _ambiguous(both: Sequence[tuple[str, str, Spot | None, Spot | None]]) -> set[str]:
    names = [name for name, *_ in both]
    return {name for name in names if names.count(name) > 1}


def _cells(spot: Spot | None, parts: Mapping[tuple[str, str], float]) -> list[str]:
    if spot is None:
        return ["-", "-", "-"]
    part = parts.get((spot.name, spot.kind), 0.0)
    return [milliseconds(spot.self_s), f"{100 * part:.1f} %", milliseconds(spot.total_s)]


def _rows(spots: Sequence[Spot]) -> list[dict[str, Any]]:
    parts = shares(spots)
    return [
        {
            "name": spot.name,
            "kind": spot.kind,
            "calls": spot.calls,
            "self_s": spot.self_s,
            "total_s": spot.total_s,
            "share": parts.get((spot.name, spot.kind), 0.0),
            "kernel": spot.kernel,
        }
        for spot in spots
    ]
