"""A verdict with all that decided it, as numbers and in words."""

from __future__ import annotations

import math
from typing import Any

from ...gate.verdict import Verdict
from ..wording import sensitivity, sentence


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Numbers in the metric's unit; null what was not measured, is not there, or JSON has no word for."""
    ends = verdict.interval
    return {
        "metric": verdict.metric,
        "rule": verdict.rule,
        "status": str(verdict.status),
        "measured": _finite(verdict.measured),
        "interval": None if ends is None else [*map(_finite, ends)],
        "stored": _finite(verdict.stored),
        "limit": _finite(verdict.limit),
        "visible": _finite(verdict.visible),
        "ruled_out": _finite(verdict.ruled_out),
        "why": verdict.reason,
        "evidence": verdict.evidence,
        "said": sentence(verdict),
        "sensitivity": sensitivity(verdict),
        "remedy": str(verdict.remedy),
        "file": verdict.file,
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
