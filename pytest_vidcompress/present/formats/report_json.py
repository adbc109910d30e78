"""A report and its verdicts as flat JSON, such as pytest-benchmark keeps in `extra_info`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...gate.metrics import LIMITS, METRICS
from ...gate.verdict import Verdict, worst
from ...measure.divergence.divergence_json import divergence_json
from ...measure.interval import Estimate
from ...measure.report import Identity, Report
from ..answer_lines import answer_json
from ..clip_cost_lines import clip_cost_json
from ..slower_calls import calls_json
from ..start_lines import start_json
from ..terminal.coverage_lines import coverage_json
from ..terminal.hotspot_lines import hotspots_json
from ..terminal.speed import speed_json

COMPARED = {limit.name: limit for limit in LIMITS.values() if limit.form}
"""What is relative to the reference."""


def as_json(report: Report, verdicts: Sequence[Verdict] = ()) -> dict[str, Any]:
    """Numbers in the units of `Report`, intervals as `[low, high]` under `<metric>_interval`; no outcomes.

    A verdict is under `verdict` (the worst), `verdict_<metric>` and, for explicit limits, `budget_<metric>`;
    with `_limit`, `_evidence` and `_visible` after it come what decided and the smallest regression that would
    have failed. Numbers that JSON has no word for are null: so is `_visible` when no regression would have
    failed, while metrics without chance have no `_visible`.
    """
    flat: dict[str, Any] = {"name": report.name, "model": report.model, "test": report.test}
    flat["accuracy_kind"] = report.accuracy.kind
    flat |= _protocol_json(report.identity) | {"clips_digest": report.identity.clips_digest}
    for name, metric in METRICS.items():
        value: Estimate | float | None = metric.of(report)
        flat[name] = _finite(value)
        if isinstance(value, Estimate):
            flat[f"{name}_interval"] = [_finite(value.low), _finite(value.high)]
    if report.reference is not None:
        flat |= {name: _finite(limit.of(report)) for name, limit in COMPARED.items()}
        # As it was called before it was a budget's name.
        flat["memory_ratio"] = flat["peak_memory_ratio"]
        flat["reference_top1"] = _finite(report.reference.top1)
    flat |= coverage_json(report.cost.coverage) | speed_json(report) | calls_json(report) | start_json(report)
    flat |= answer_json(report) | clip_cost_json(report)
    if report.execution.hotspots is not None:
        flat["hotspots"] = hotspots_json(report.execution.hotspots)
        if report.reference is not None and report.reference.execution.hotspots is not None:
            flat["reference_hotspots"] = hotspots_json(report.reference.execution.hotspots)
    if report.divergence is not None:
        flat["divergence"] = divergence_json(report.divergence)
    if report.execution.exits:
        flat["exits"] = dict(report.execution.exits)
    if report.learning:
        flat["learning"] = [curve.as_json() for curve in report.learning]
    notes = [*dict.fromkeys((*report.execution.notes, *report.cost.notes))]
    flat |= {"notes": notes} if notes else {}
    if verdicts:
        flat["verdict"] = str(worst(verdict.status for verdict in verdicts))
    for verdict in verdicts:
        key = f"{'budget' if verdict.rule == 'budget' else 'verdict'}_{verdict.metric}"
        flat[key] = str(verdict.status)
        flat[f"{key}_limit"] = _finite(verdict.limit)
        flat[f"{key}_evidence"] = verdict.evidence
        if verdict.visible is not None:
            flat[f"{key}_visible"] = _finite(verdict.visible)
        if verdict.ruled_out is not None:
            flat[f"{key}_ruled_out"] = _finite(verdict.ruled_out)
    return flat


def _protocol_json(identity: Identity) -> dict[str, Any]:
    """How clips were looked at, and how for the accuracy that was published, where that is known."""
    said = {"protocol": identity.protocol, "protocol_details": identity.protocol_details}
    published = identity.published
    if published is None:
        return said
    label = {"protocol_label": published.label} if published.label else {}
    return {
        **said,
        "published_protocol": published.protocol,
        "published_top1": _finite(published.top1),
        **label,
    }


def _finite(value: float | None) -> float | int | None:
    if value is None or isinstance(value, int):
        return value
    return float(value) if math.isfinite(value) else None
