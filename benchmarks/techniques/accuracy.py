"""What every recipe costs in accuracy: a packaged model, all packaged clips, paired with fp32."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.packaged_trial import Trial
from benchmarks.techniques.recipes import FP32, RECIPES
from benchmarks.techniques.rows import add, read

RESULTS = Path(__file__).with_suffix(".json")


def measure(name: str, again: bool, recipes: Sequence[str] = RECIPES) -> None:
    """Writes a row after each recipe; one that is there is measured no second time unless `again`."""
    trial: Trial | None = None
    for text in recipes:
        if text in rows_of(name) and not again:
            continue
        trial = trial or Trial(name)
        row = _row(trial, text)
        print(name, text, row, flush=True)
        add(RESULTS, name, {text: row})


def rows_of(name: str) -> dict[str, dict[str, Any]]:
    """Recipe -> what it costs, of a model; those that were measured."""
    return read(RESULTS).get(name, {})


def _row(trial: Trial, text: str) -> dict[str, Any]:
    variant = trial.variant(text)
    cost = trial.cost(trial.answers(variant.module))
    fp32 = trial.variant(FP32)
    return {
        **cost,
        "interval": trial.interval(cost),
        "size_ratio": round(variant.size_bytes() / fp32.size_bytes(), 4),
        "macs_ratio": trial.macs_share(variant.model),
        "learned": [curve.describe() for curve in variant.model.curves],
    }
