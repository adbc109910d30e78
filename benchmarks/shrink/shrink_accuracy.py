"""What `shrink` costs in accuracy at 0.70 of the multiplications, on all packaged clips, paired.

    python benchmarks/shrink/shrink_accuracy.py            # both models; writes shrink_accuracy.json beside it

For every mix of axes: each repair with chosen parts, and the controls, parts by chance with each repair. Of each
variant the outcome of every clip is stored, so that whatever two variants are compared, it is clip by clip.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import kl_div

from pytest_vidcompress.compress.parameters import parse_parameters
from pytest_vidcompress.compress.shrink.shares import Shrink
from pytest_vidcompress.compress.shrink.shrink_model import shrink_model
from pytest_vidcompress.gate.statistics import mcnemar
from pytest_vidcompress.measure.accuracy.predict import logits_of
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries

RESULTS = Path(__file__).with_suffix(".json")
MIXES = {
    "timesformer": (
        *(
            "mlp=0.5,width=0.125",
            "mlp=0.75",
            "heads=0.25,width=0.25",
            "mlp=0.5,heads=0.25",
            "mlp=0.25,blocks=1",
        ),
    ),
    "videomae": (
        *("mlp=0.5,width=0.125", "mlp=0.625", "mlp=0.05,heads=0.25,width=0.25", "mlp=0.45,heads=0.25"),
        "mlp=0.3,blocks=1",
    ),
}
"""Shares that leave 0.70 of the multiplications, or a little less."""
WAYS = (
    *("repair=least-squares", "repair=mean", "repair=none"),
    *("repair=least-squares,choice=random", "repair=mean,choice=random", "repair=none,choice=random"),
)
ALLOCATED = "repair=least-squares,allocate=global"
APART = "repair=least-squares"
"""The best of them once more, each layer fitted on what the original's layers give."""
CLIPS = 32
"""That calibrate, as in a run."""


class Trial:
    """One model, its clips, and what it answers itself."""

    def __init__(self, name: str) -> None:
        options = Options(values={"vc-model": (name,), "vc-calibration": CLIPS})
        inputs = Inputs(options, Registries.merge([], [], [], []))
        self.model = inputs.model(name)
        self.calibration = inputs.calibration(name)
        batches = [*inputs.clips(name).batches(16)]
        self.pixels = [pixels for pixels, _ in batches]
        self.labels = torch.cat([labels for _, labels in batches])
        self.logits = self.answers(self.model)
        self.macs = self.multiplications(self.model)

    def answers(self, model: Model) -> torch.Tensor:
        with torch.inference_mode():
            return torch.cat([logits_of(model.module, pixels) for pixels in self.pixels])

    def multiplications(self, model: Model) -> int:
        return work(model.module, example_pixels(model.profile)).macs or 0

    def outcome(self, parameters: str, sequential: bool = True) -> dict[str, Any]:
        """What `shrink` with these parameters costs."""
        given = parse_parameters(Shrink, dict(pair.split("=") for pair in parameters.split(",")))
        small = self.model.copy()
        shrink_model(small, given, self.calibration, sequential)
        logits = self.answers(small)
        found, before = logits.argmax(1), self.logits.argmax(1)
        right, right_before = found == self.labels, before == self.labels
        divergence = kl_div(
            logits.log_softmax(1), self.logits.log_softmax(1), log_target=True, reduction="batchmean"
        )
        lost, gained = int((right_before & ~right).sum()), int((right & ~right_before).sum())
        return {
            "macs": round(self.multiplications(small) / self.macs, 4),
            "points_lost": round(100 * (lost - gained) / len(right), 2),
            "lost": lost,
            "gained": gained,
            "p": mcnemar(lost, gained),
            "agreement": round(100 * float((found == before).double().mean()), 2),
            "kl": round(float(divergence), 5),
            "right": digits(right),
            "same": digits(found == before),
        }


def digits(outcomes: torch.Tensor) -> str:
    """A digit a clip, in the order of the clips."""
    return "".join(map(str, outcomes.int().tolist()))


def against(first: str, second: str) -> dict[str, Any]:
    """Clips on which only one of two is right, and the chance of so many for the first, were both as good."""
    better = sum(a > b for a, b in zip(first, second, strict=True))
    worse = sum(a < b for a, b in zip(first, second, strict=True))
    return {"better": better, "worse": worse, "p": mcnemar(better, worse)}


def of_mix(trial: Trial, mix: str) -> dict[str, Any]:
    ways = {way: trial.outcome(f"{mix},{way}") for way in (*WAYS, ALLOCATED)}
    if "width" not in mix:
        ways["each layer by itself"] = trial.outcome(f"{mix},{APART}", sequential=False)
    best = ways[WAYS[0]]
    tests = {
        way: {kind: against(best[kind], each[kind]) for kind in ("right", "same")}
        for way, each in ways.items()
        if way != WAYS[0]
    }
    for way, each in ways.items():
        print(mix, way, {key: each[key] for key in ("macs", "points_lost", "agreement", "kl")}, flush=True)
    for way, each in tests.items():
        print(mix, "against", way, each, flush=True)
    return {"ways": ways, "least-squares against": tests}


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in names or [*MIXES]:
        trial = Trial(name)
        top1 = float((trial.logits.argmax(1) == trial.labels).double().mean())
        about = {"clips": len(trial.labels), "top1": round(100 * top1, 2), "calibration": CLIPS}
        mixes = results.setdefault(name, {**about, "mixes": {}})["mixes"]
        for mix in MIXES[name]:
            if mix not in mixes:  # what is there was measured already
                mixes[mix] = of_mix(trial, mix)
                RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
