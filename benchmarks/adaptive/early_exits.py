"""What models lose that clips leave early, and how much is not computed: all packaged clips, at three strengths.

python -m benchmarks.adaptive.early_exits [MODEL]            writes early_exits.json beside it; goes on where it was
"""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.packaged_trial import Trial, digits, macs, paired
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.compress.exits.exit_blocks import ExitBlock
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.models.adapter import example_pixels

RESULTS = Path(__file__).with_suffix(".json")
MODELS = ("timesformer", "videomae")
DROPS = (0.0, 0.005, 0.015)
"""Shares of right answers that may be lost."""
EXAMPLES = 6144
BEFORE = ("", "fuse+")


def recipes() -> list[str]:
    return [f"{before}early-exit:examples={EXAMPLES},drop={drop}" for before in BEFORE for drop in DROPS]


class EarlyExits:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = Trial(name)

    def row(self, text: str) -> dict[str, Any]:
        """Of one recipe, beside the uncompressed model, and its work beside the same recipe without exits."""
        trial = self.trial
        variant = trial.variant(text)
        counts = exit_counts_of(variant.module)
        assert counts is not None
        counts.clear()
        logits = trial.answers(variant.module)
        left = counts.by_name()
        right, before = trial.right(logits), trial.right(trial.logits)
        change = paired(before, right)
        plain = trial.variant(text.partition("early-exit")[0].rstrip("+") or "fp32")
        costs = costs_by_exit(variant.model.module, example_pixels(variant.model.profile))
        mean = sum(cost * number for cost, number in zip(costs, left.values(), strict=True)) / sum(
            left.values()
        )
        return {
            **trial.cost(logits),
            **change,
            "interval": trial.interval(change),
            "macs_ratio": round(mean / macs(plain.model), 4),
            "macs_by_exit": [round(cost / macs(plain.model), 4) for cost in costs],
            "left": {name: round(number / sum(left.values()), 4) for name, number in left.items()},
            "found": variant.notes[-1],
            "learned": [curve.describe() for curve in variant.model.curves],
            "seconds": [round(curve.seconds, 2) for curve in variant.model.curves],
            "right": digits(right),
        }


def costs_by_exit(module: nn.Module, pixels: torch.Tensor) -> list[int]:
    """Multiply-accumulates of a clip that leaves at each exit, the end included."""
    forced = deepcopy(module)
    probes = [part for part in forced.modules() if isinstance(part, ExitBlock) and part.probe is not None]
    found: list[int] = []
    for number in range(len(probes) + 1):
        for place, part in enumerate(probes):
            part.threshold.fill_(0.0 if place == number else 2.0)
        found.append(work(forced, pixels).macs or 0)
    return found


def main(names: list[str]) -> None:
    for name in names or MODELS:
        rows: EarlyExits | None = None
        for text in recipes():
            if text in read(RESULTS).get(name, {}):
                continue
            rows = rows or EarlyExits(name)
            row = rows.row(text)
            print(name, text, {key: value for key, value in row.items() if key != "right"}, flush=True)
            add(RESULTS, name, {text: row})


if __name__ == "__main__":
    main(sys.argv[1:])
