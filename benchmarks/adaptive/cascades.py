"""What a cascade of integers loses beside the full model of integers, and how often it asks that: all packaged clips.

python -m benchmarks.adaptive.cascades [MODEL]           writes cascades.json beside it; goes on where it was
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.packaged_trial import Trial, digits, macs, paired
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.compress.exits.two_stages import TwoStages
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.measure.interval import share_interval
from pytest_vidcompress.models.model import Model

RESULTS = Path(__file__).with_suffix(".json")
MODELS = ("timesformer", "videomae")
FULL = "fuse+int8-static"
STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
FIRSTS = {
    "student": STUDENT,
    "frames": "frames:keep=4+fuse+int8-static",
    "merged": "fuse+merge-tokens+int8-static",
}
"""What answers all clips."""
DROPS = (0.0, 0.0025, 0.005, 0.015)
"""Shares of right answers that may be lost, of the student's cascades; of the others the third."""
CLIPS = 2048
"""That the threshold is found on: of 512 a quarter of a point is one clip."""


def cascade(first: str, drop: float, then: str = FULL) -> str:
    """The recipe of one."""
    return f"cascade:first=({first}),then=({then}),drop={drop},clips={CLIPS}"


def recipes() -> list[str]:
    students = [cascade(STUDENT, drop) for drop in DROPS]
    return [
        FULL,
        *FIRSTS.values(),
        *students,
        *(cascade(FIRSTS[name], 0.005) for name in ("frames", "merged")),
    ]


class Cascades:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = Trial(name)
        full = self.trial.variant(FULL)
        self.full, self.full_macs = self.trial.answers(full.module), macs(full.model)

    def row(self, text: str) -> dict[str, Any]:
        """Of one recipe, beside the full model of integers and, under `of_fp32`, the uncompressed one."""
        trial = self.trial
        variant = trial.variant(text)
        counts = exit_counts_of(variant.module)
        if counts:
            counts.clear()
        logits = trial.answers(variant.module)
        right, beside = trial.right(logits), trial.right(self.full)
        change = paired(beside, right)
        row: dict[str, Any] = {
            "top1": round(100 * float(right.double().mean()), 3),
            "points_lost": round(100 * float(beside.double().mean() - right.double().mean()), 3),
            **change,
            "interval": trial.interval(change),
            "of_fp32": trial.cost(logits)["points_lost"],
            "macs_ratio": round(macs(variant.model) / self.full_macs, 4) if not counts else None,
            "bytes": variant.size_bytes(),
            "right": digits(right),
        }
        return row | (self._asked(counts.clips, variant.model) if counts else {})

    def _asked(self, left: list[int], made: Model) -> dict[str, Any]:
        """How many clips came to the second stage, and the mean of multiply-accumulates."""
        share, low, high = share_interval(left[1], sum(left))
        assert isinstance(made.module, TwoStages)
        first = macs(replace(made, module=made.module.first))
        return {
            "escalated": round(share, 4),
            "escalated_interval": [round(low, 4), round(high, 4)],
            "macs_ratio": round((first + share * self.full_macs) / self.full_macs, 4),
            "threshold": round(float(made.module.threshold), 6),
            "found": made.notes[-1],
        }


def main(names: list[str]) -> None:
    for name in names or MODELS:
        rows: Cascades | None = None
        for text in recipes():
            if text in read(RESULTS).get(name, {}):
                continue
            rows = rows or Cascades(name)
            with torch.inference_mode():
                row = rows.row(text)
            shown = {key: value for key, value in row.items() if key != "right"}
            print(name, text, shown, flush=True)
            add(RESULTS, name, {text: row})


if __name__ == "__main__":
    main(sys.argv[1:])
