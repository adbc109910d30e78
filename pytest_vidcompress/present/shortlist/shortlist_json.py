"""The same for other programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ...gate.shortlist import CRITERIA, Candidate, Shortlist
from ...measure.interval import Estimate
from .shortlist_lines import Command

SCHEMA = 1
"""Version of what is printed."""


def shortlist_json(found: Mapping[str, Shortlist], by: str, command: Command) -> str:
    """Numbers in seconds, bytes and shares, with their intervals; `fits` is in order, the best first."""
    document = {
        "schema": SCHEMA,
        "by": by,
        "limits": dict(next(iter(found.values())).limits) if found else {},
        "machines": [_machine(machine, each, command) for machine, each in found.items()],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _machine(machine: str, found: Shortlist, command: Command) -> dict[str, Any]:
    nearest = found.nearest
    return {
        "machine": machine,
        "fits": [_candidate(found, each) for each in found.fits],
        "out": [
            {
                **_candidate(found, each),
                "breaks": [standing.criterion.name for standing in found.broken(each)],
            }
            for each in found.out
        ],
        "command": command(found.fits[0]) if found.fits else None,
        "nearest": None
        if nearest is None
        else {
            "name": nearest.name,
            "model": nearest.model,
            "with": [each.criterion.typed(each.relaxed) for each in found.broken(nearest)],
        },
    }


def _candidate(found: Shortlist, candidate: Candidate) -> dict[str, Any]:
    return {
        "name": candidate.name,
        "model": candidate.model,
        "recipe": candidate.recipe,
        "made_with": dict(candidate.made_with),
        "test": candidate.test,
        "verdict": candidate.verdict or None,
        "clips": candidate.clips,
        "run": candidate.run,
        "close": [name for name in CRITERIA if found.is_close(candidate, name)],
        **{name: _number(candidate.numbers.get(name)) for name in CRITERIA},
        **{f"{name}_interval": _interval(candidate.numbers.get(name)) for name in CRITERIA},
    }


def _number(value: Estimate | None) -> float | None:
    return None if value is None else float(value)


def _interval(value: Estimate | None) -> list[float | None] | None:
    if value is None or value.low == value.high:
        return None
    return [end if math.isfinite(end) else None for end in value.interval]
