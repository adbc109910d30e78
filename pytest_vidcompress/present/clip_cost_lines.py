"""What single clips cost, of variants whose work depends on them: for terminal, pages and files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ..gate.verdict import Result
from ..measure.by_clip.clip_groups import ClipGroup, clip_groups
from ..measure.by_clip.distribution import PLACES, Distribution
from ..measure.interval import Estimate, quantile
from ..measure.report import Report
from .text_table import bounded, columns_within, paragraph, shorten
from .width import WIDTH

COST_HEADER = ("of single clips", "clips", *PLACES)
FEWEST = 2
"""Clips of a class that is called the cheapest or the dearest."""


def clip_cost_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model: rows of MACs and of time, and which clips cost most; none of a fixed cost."""
    reports = [result.report for result in results if result.report.cost.macs_by_clip]
    if not reports:
        return []
    header = [f"single clips of {shorten(reports[0].model, 30)}", *COST_HEADER[1:]]
    cells = [
        [f"{report.name}, {row[0]}", *row[1:]] for report in reports for row in cost_rows(report, bare=True)
    ]
    lines = columns_within(header, cells, range(1, len(header)), width)
    # Clips that all leave at one exit cost the same, though they need not.
    for report in (each for each in reports if len({*each.cost.macs_by_clip}) > 1):
        groups, whole = clip_groups(report), report.macs or 1
        said = "; ".join(filter(None, (_thirds(groups, whole), _extremes(groups, whole))))
        lines += (
            paragraph(f"MACs of {shorten(report.name, 40)} beside their mean: {said}", width) if said else []
        )
    return lines


def cost_rows(report: Report, bare: bool = False) -> list[list[str]]:
    """Cells under `COST_HEADER`: a row for MACs and one for time, as far as they are known.

    Args:
        bare: only the mean with its interval.
    """
    macs, timing = report.cost.macs_of_clips, report.timing
    by = 1e9 if macs and max(macs.values) >= 1e9 else 1e6
    kinds = (
        (f"{'G' if by == 1e9 else 'M'}MACs", macs, by),
        ("ms", timing.of_clips if timing else None, 1e-3),
    )
    return [[name, *_row(found, scale, bare)] for name, found, scale in kinds if found]


def clip_cost_json(report: Report) -> dict[str, Any]:
    """Of a variant whose work depends on the clip: what each costs, and both distributions; of any other nothing."""
    cost, timing = report.cost, report.timing
    if not cost.macs_by_clip:
        return {}
    seconds = timing.of_clips if timing else None
    flat: dict[str, Any] = {
        "macs_by_clip": [*cost.macs_by_clip],
        "macs_clips": [*cost.shown.ids],
        "macs_p10": quantile(cost.macs_by_clip, 0.1),
        "motion_by_clip": [float(f"{each:.4g}") for each in cost.shown.motions],
        "clip_groups": [_group_json(each) for each in clip_groups(report)],
    }
    if seconds and timing:
        flat["seconds_by_clip"] = {
            clip: float(f"{each:.4g}") for clip, each in timing.seconds_of_clips.items()
        }
        flat["seconds_of_clips"] = {place: _estimate_json(getattr(seconds, place)) for place in PLACES}
    return flat


def _row(found: Distribution, by: float, bare: bool) -> Iterator[str]:
    yield str(len(found.values))
    for place in PLACES:
        value: Estimate = getattr(found, place)
        yield f"{value / by:.3g}" if bare and place != "mean" else bounded(value, by)


def _thirds(groups: Sequence[ClipGroup], whole: int) -> str:
    """`still 0.61, middle 0.98, fast 1.40`."""
    return ", ".join(f"{each.name} {each.macs / whole:.2f}" for each in groups if each.kind == "motion")


def _extremes(groups: Sequence[ClipGroup], whole: int) -> str:
    """`dearest class 'archery' 1.62, cheapest 'yoga' 0.41`; empty where fewer than two classes have clips enough."""
    classes = [each for each in groups if each.kind == "class" and each.clips >= FEWEST]
    if len(classes) < 2:
        return ""
    dearest, cheapest = (
        f"'{shorten(each.name, 30)}' {each.macs / whole:.2f}" for each in (classes[0], classes[-1])
    )
    return f"dearest class {dearest}, cheapest {cheapest}"


def _group_json(group: ClipGroup) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "name": group.name,
        "clips": group.clips,
        "motion": float(f"{group.motion:.4g}"),
        "macs": _estimate_json(group.macs),
        "seconds": None if group.seconds is None else _estimate_json(group.seconds),
    }


def _estimate_json(value: Estimate) -> list[float | None]:
    """`[value, low, high]`; null for an end that nothing bounds."""
    return [each if math.isfinite(each) else None for each in (float(value), *value.interval)]
