"""The run file, `--vc-json=FILE`: one object of the run, its measurements and grids, as `run_schema` says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from ...clips.faults import Skipped
from ...gate.statistics import drop_interval
from ...gate.verdict import Result
from ...measure.report import Report
from ..grid.grid_json import grid_json
from ..measurement.pictures import with_pictures
from ..measurement.redrawn import redrawn
from ..outcome import Outcome
from ..terminal.class_lines import class_rows, confusion_rows
from ..terminal.closing_line import closing_line
from .report_json import as_json
from .run_facts import RunFacts

SCHEMA = 2
"""Version of the file. What is added leaves it; it rises where a key goes, or means something else than before."""


def run_document(outcome: Outcome) -> dict[str, Any]:
    """The content of the file as plain data."""
    facts = outcome.facts
    return {
        "schema": SCHEMA,
        "run": _run(outcome),
        "measurements": with_pictures(
            [_measurement(result, facts) for result in outcome.results], facts.pictures() if facts else {}
        ),
        "grids": [grid_json(grid) for grid in outcome.grids],
        "targets": [asdict(found) for found in outcome.variants.targets.values()],
        "sensitivities": [each.as_json() for each in outcome.variants.sensitivities.values()],
        "skipped": [_skipped(each, facts) for each in outcome.skipped],
    }


def run_text(document: Mapping[str, Any]) -> str:
    """A document as text, an item a line, in ASCII, so that nothing in it is taken for anything else."""
    members = (f"{_compact(key)}: {_member(value)}" for key, value in sorted(document.items()))
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(value: Any) -> str:
    """Each item of a list on a line of its own: a file of many variants is long enough without indents."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_compact, cast("list[Any]", value))) + "\n]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _run(outcome: Outcome) -> dict[str, Any]:
    said = {"closing": closing_line(outcome), "about": outcome.about, "complaints": [*outcome.complaints]}
    facts = outcome.facts
    if facts is None:
        return said
    return {
        **said,
        "began": facts.began or None,
        "commit": facts.commit or None,
        "dirty": facts.dirty,
        "command": [*facts.command],
        "exit": facts.exit,
        "environment": dict(facts.environment),
    }


def _measurement(result: Result, facts: RunFacts | None) -> dict[str, Any]:
    """`as_json`, what made it and where it ran, and every class of the clips that counted."""
    report = result.report
    flat = {**as_json(report, result.verdicts), "recipe": report.identity.recipe or None}
    if facts is not None:
        machine = facts.machine(report.execution)
        flat |= {"machine": machine.computer, "machine_class": machine.slug}
        flat["made_with"] = {
            "weights": facts.weights,
            "clips": facts.clips,
            "calibration": facts.calibration,
        }
    flat |= _drop_intervals(report) | redrawn(result, facts)
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
    for name, drop in (report.search.drops if report.search else {}).items():
        flat[f"{name}_drop_interval"] = [each if math.isfinite(each) else None for each in drop.interval]
    return flat


def _skipped(skipped: Skipped, facts: RunFacts | None) -> dict[str, Any]:
    clip, within = skipped.clip, facts and facts.path_of
    return {
        "clip": clip.id,
        "label": "; ".join(clip.labels),
        "kind": str(skipped.kind),
        "reason": skipped.reason,
        "file": within(clip.id) if within else clip.path.name,
    }
