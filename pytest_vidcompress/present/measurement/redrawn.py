"""What a page needs of a measurement beyond numbers: verdicts, calls, layers, clips that flipped, what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...gate.verdict import Result
from ...measure.report import Report
from ..formats.run_facts import RunFacts
from .flips import flips_json
from .verdict_json import verdict_json

MOST_CALLS = 300
"""Of an arm that are written."""
DIGITS = 6
"""Of their seconds, and of shares of layers."""


def redrawn(result: Result, facts: RunFacts | None) -> dict[str, Any]:
    """By key; what there is nothing of is absent."""
    report = result.report
    found: dict[str, Any] = {
        "verdicts": [verdict_json(verdict) for verdict in result.verdicts],
        "call_seconds": _call_seconds(report),
        "layers": _layers(report),
        "flips": flips_json(report, facts and facts.path_of),
        "stored": dict(facts.stored(report)) if facts and facts.stored else {},
        "budgets": {v.metric: v.limit for v in result.verdicts if v.rule == "budget" and v.limit is not None},
    }
    return {key: value for key, value in found.items() if value}


def _call_seconds(report: Report) -> dict[str, Any]:
    calls = report.timing.percentiles if report.timing else None
    if calls is None:
        return {}
    return {"variant": _thinned(calls.variant_s), "reference": _thinned(calls.reference_s)}


def _thinned(seconds: Sequence[float]) -> list[float]:
    """All in their order; of very many the ranks that lie evenly, so that their distribution stays what it is."""
    if len(seconds) > MOST_CALLS:
        ordered, last = sorted(seconds), len(seconds) - 1
        seconds = [ordered[round(place * last / (MOST_CALLS - 1))] for place in range(MOST_CALLS)]
    return [*map(_short, seconds)]


def _layers(report: Report) -> list[dict[str, Any]]:
    covered = report.cost.coverage
    return [
        {
            "name": layer.name,
            "precision": layer.precision,
            "macs": _short(layer.macs),
            "sparsity": None if layer.sparsity is None else _short(layer.sparsity),
        }
        for layer in (covered.layers if covered else ())
    ]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
