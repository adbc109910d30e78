"""What models lose that clips leave early, and how much is not computed: all packaged clips, at three strengths.

    python -m benchmarks.adaptive.early_exits [MODEL ...]            writes early_exits.json beside it

Probes are trained once, and answer the clips that thresholds are found on once; each threshold is put where the
recipe of its strength would have it.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from operator import mul
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.packaged_trial import Trial, digits, macs, paired
from benchmarks.techniques.rows import add
from pytest_vidcompress.compress.exits.confidence import confidence
from pytest_vidcompress.compress.exits.exit_blocks import ExitBlock
from pytest_vidcompress.compress.exits.exit_parameters import EarlyExit
from pytest_vidcompress.compress.exits.found_threshold import FoundThreshold, find_threshold
from pytest_vidcompress.compress.exits.threshold_clips import ThresholdClips, right_answers
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.models.adapter import example_pixels, logits_from
from pytest_vidcompress.models.model import Model

RESULTS = Path(__file__).with_suffix(".json")
MODELS = ("timesformer", "videomae")
DROPS = (0.0, 0.005, 0.015)
"""Shares of right answers that may be lost."""
EXAMPLES = 6144


def recipe(drop: float) -> str:
    return f"fuse+early-exit:examples={EXAMPLES},drop={drop}"


def recipes() -> list[str]:
    """All that have a row."""
    return [recipe(drop) for drop in DROPS]


class EarlyExits:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = Trial(name)
        self.made: Model = self.trial.variant(recipe(EarlyExit().drop)).model
        self.plain = self.trial.variant("fuse").model
        self.exits = [
            part
            for part in self.made.module.modules()
            if isinstance(part, ExitBlock) and part.probe is not None
        ]

    def rows(self) -> dict[str, dict[str, Any]]:
        """Recipe -> what it costs, beside the fused model."""
        confidences, right = self._told()
        costs = costs_by_exit(self.made.module, example_pixels(self.made.profile))
        whole, before = self.trial.answers(self.plain.module), macs(self.plain)
        found: dict[str, dict[str, Any]] = {}
        for drop in DROPS:
            threshold = find_threshold(confidences, right, drop)
            found[recipe(drop)] = self._row(threshold, whole, [cost / before for cost in costs])
        return found

    def _row(self, found: FoundThreshold, whole: torch.Tensor, costs: list[float]) -> dict[str, Any]:
        trial, counts = self.trial, exit_counts_of(self.made.module)
        assert counts is not None
        for part in self.exits:
            part.threshold.fill_(found.threshold)
        counts.clear()
        logits = trial.answers(self.made.module)
        left = counts.by_name()
        clips = sum(left.values())
        right = trial.right(logits)
        change = paired(trial.right(whole), right)
        return {
            "top1": round(100 * float(right.double().mean()), 3),
            "points_lost": round(100 * (change["lost"] - change["gained"]) / clips, 3),
            **change,
            "interval": trial.interval(change),
            "of_fp32": trial.cost(logits)["points_lost"],
            "macs_ratio": round(sum(map(mul, costs, left.values())) / clips, 4),
            "macs_by_exit": [round(cost, 4) for cost in costs],
            "left": {name: round(number / clips, 4) for name, number in left.items()},
            "found": found.describe(counts.names),
            "learned": [curve.describe() for curve in self.made.curves],
            "seconds": [round(curve.seconds, 2) for curve in self.made.curves],
            "right": digits(right),
        }

    @torch.inference_mode()
    def _told(self) -> tuple[torch.Tensor, torch.Tensor]:
        """How sure each probe is of the clips that thresholds are found on, and whether it and the end are right."""
        module, told = self.made.module, [list[torch.Tensor]() for _ in self.exits]
        for part in self.exits:
            part.threshold.fill_(2.0)
        hooks = [
            part.probe.register_forward_hook(lambda _m, _i, logits, own=own: own.append(logits.clone()))
            for part, own in zip(self.exits, told, strict=True)
            if part.probe is not None
        ]
        training = self.trial.inputs.training(self.trial.name)
        clips = ThresholdClips("early-exit", self.trial.calibration, training, EarlyExit().clips)
        ends, aims = list[torch.Tensor](), list[torch.Tensor]()
        for pixels, targets in clips.batches():
            ends.append(logits_from(module(pixels)).clone())
            aims.append(targets)
        for hook in hooks:
            hook.remove()
        answers = [torch.cat(own) for own in told]
        right = torch.stack([right_answers(each, torch.cat(aims)) for each in (*answers, torch.cat(ends))])
        return torch.stack([confidence(each) for each in answers]), right


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
        rows = EarlyExits(name).rows()
        for text, row in rows.items():
            print(name, text, {key: value for key, value in row.items() if key != "right"}, flush=True)
        add(RESULTS, name, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
