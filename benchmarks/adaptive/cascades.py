"""What a cascade of integers loses beside the full model of integers, and how often it asks that: all packaged clips.

    python -m benchmarks.adaptive.cascades [MODEL ...]           writes cascades.json beside it

Both stages answer the clips that thresholds are found on, and the packaged ones, once: a cascade's answer is that of
the first where it is sure, else that of the second. `latency` builds the same recipes as a run does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch

from benchmarks.packaged_trial import Trial, digits, macs, paired
from benchmarks.techniques.rows import add
from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.compress.exits.confidence import confidence
from pytest_vidcompress.compress.exits.found_threshold import find_threshold
from pytest_vidcompress.compress.exits.staged_module import STAGES, sure
from pytest_vidcompress.compress.exits.threshold_clips import ThresholdClips, right_answers
from pytest_vidcompress.measure.interval import share_interval
from pytest_vidcompress.models.adapter import logits_from

RESULTS = Path(__file__).with_suffix(".json")
MODELS = ("timesformer", "videomae")
FULL = "fuse+int8-static"
STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
FIRSTS = {
    "student": STUDENT,
    "frames": "frames:keep=4+fuse+int8-static",
    "merged": "fuse+merge-tokens+int8-static",
}
"""What may answer all clips."""
DROPS = (0.0, 0.0025, 0.005, 0.015)
"""Shares of right answers that may be lost."""
CLIPS = 2048
"""That the threshold is found on: of 512 a quarter of a point is one clip."""


def cascade(first: str, drop: float, then: str = FULL) -> str:
    """The recipe of one."""
    return f"cascade:first=({first}),then=({then}),drop={drop},clips={CLIPS}"


def recipes() -> list[str]:
    """All that have a row."""
    return [FULL, *FIRSTS.values(), *(cascade(first, drop) for first in FIRSTS.values() for drop in DROPS)]


class Stage:
    """A variant, and what it says of the clips that thresholds are found on and of the packaged ones."""

    def __init__(self, trial: Trial, text: str, seen: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        self.variant: Variant = trial.variant(text)
        self.macs = macs(self.variant.model)
        self.answers = trial.answers(self.variant.module)
        with torch.inference_mode():
            self.told = torch.cat([logits_from(self.variant.module(pixels)).clone() for pixels, _ in seen])


class Cascades:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = trial = Trial(name)
        training = trial.inputs.training(name)
        clips = ThresholdClips("cascade", trial.calibration, training, CLIPS)
        seen = [*clips.batches()]
        self.targets = torch.cat([targets for _, targets in seen])
        self.stages = {text: Stage(trial, text, seen) for text in (FULL, *FIRSTS.values())}

    def rows(self) -> dict[str, dict[str, Any]]:
        """Recipe -> what it costs."""
        full, found = self.stages[FULL], dict[str, dict[str, Any]]()
        for text, stage in self.stages.items():
            bytes_ = {"bytes": stage.variant.size_bytes()}
            found[text] = {
                **self._beside_full(stage.answers),
                **bytes_,
                "macs_ratio": _share(stage.macs, full.macs),
            }
        for first in FIRSTS.values():
            for drop in DROPS:
                found[cascade(first, drop)] = self._cascade(self.stages[first], full, drop)
        return found

    def _cascade(self, first: Stage, full: Stage, drop: float) -> dict[str, Any]:
        right = torch.stack([right_answers(each.told, self.targets) for each in (first, full)])
        found = find_threshold(confidence(first.told).unsqueeze(0), right, drop)
        leaves = sure(first.answers, found.threshold)
        asked = int((~leaves).sum())
        share, low, high = share_interval(asked, len(leaves))
        return {
            **self._beside_full(torch.where(leaves.unsqueeze(1), first.answers, full.answers)),
            "escalated": round(share, 4),
            "escalated_interval": [round(low, 4), round(high, 4)],
            "macs_ratio": _share(first.macs + share * full.macs, full.macs),
            "threshold": round(found.threshold, 6),
            "found": found.describe(STAGES),
        }

    def _beside_full(self, logits: torch.Tensor) -> dict[str, Any]:
        """Points lost beside the full model of integers and, as `of_fp32`, beside the uncompressed one."""
        trial = self.trial
        right, before = trial.right(logits), trial.right(self.stages[FULL].answers)
        change = paired(before, right)
        return {
            "top1": round(100 * float(right.double().mean()), 3),
            "points_lost": round(100 * float(before.double().mean() - right.double().mean()), 3),
            **change,
            "interval": trial.interval(change),
            "of_fp32": trial.cost(logits)["points_lost"],
            "right": digits(right),
        }


def _share(macs_of_one: float, of: int) -> float:
    return round(macs_of_one / of, 4)


def main(names: list[str]) -> None:
    for name in names or MODELS:
        rows = Cascades(name).rows()
        for text, row in rows.items():
            print(name, text, {key: value for key, value in row.items() if key != "right"}, flush=True)
        add(RESULTS, name, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
