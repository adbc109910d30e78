"""The run file, `--vc-report=FILE.json`: entries of measurements, then of grids, as `run_schema` says."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from ...gate.grid_choice import GridChoice
from ...gate.statistics import drop_interval
from ...gate.verdict import Result
from ...measure.report import Report
from ..grid.grid_json import grid_json
from ..terminal.class_lines import class_rows, confusion_rows
from .report_json import as_json
from .run_facts import RunFacts

SCHEMA = 1
"""Version of an entry. What is added leaves it; it rises where a key goes, or means something else than before."""


def run_text(
    results: Sequence[Result], grids: Sequence[GridChoice] = (), facts: RunFacts | None = None
) -> str:
    """The content of the file: a JSON array in ASCII, so that no text in it is taken for anything else."""
    entries = [
        *(_entry(result, facts) for result in results),
        *({"schema": SCHEMA, **grid_json(grid)} for grid in grids),
    ]
    return json.dumps(entries, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _entry(result: Result, facts: RunFacts | None) -> dict[str, Any]:
    """`as_json`, what made it and where it ran, and every class of the clips that counted."""
    report = result.report
    flat = {"schema": SCHEMA, **as_json(report, result.verdicts), "recipe": report.identity.recipe or None}
    if facts is not None:
        machine = facts.machine(report.execution)
        flat |= {"machine": machine.computer, "machine_class": machine.slug}
        flat["made_with"] = {
            "weights": facts.weights,
            "clips": facts.clips,
            "calibration": facts.calibration,
        }
    flat |= _drop_intervals(report)
    rows = class_rows(report)
    return {**flat, "classes": rows, "confusions": confusion_rows(report)} if rows else flat


def _drop_intervals(report: Report) -> dict[str, Any]:
    """Of what clips lose beside the reference, paired clip by clip."""
    if report.reference is None:
        return {}
    before, now = report.reference.accuracy.outcomes, report.accuracy.outcomes
    flat: dict[str, Any] = {}
    if now and len(before) == len(now):
        lost = sum(was and not is_right for was, is_right in zip(before, now, strict=True))
        gained = sum(is_right and not was for was, is_right in zip(before, now, strict=True))
        flat["top1_drop_interval"] = [*drop_interval(len(now), lost, gained)]
    for name in ("gap_drop", "mean_ap_drop"):
        drop = getattr(report, name)
        if drop is not None:
            flat[f"{name}_interval"] = [each if math.isfinite(each) else None for each in drop.interval]
    return flat
