"""What a packaged model loses with its tokens, beside as many lost at random: all packaged clips, paired.

python -m benchmarks.tokens.accuracy [MODEL]            writes accuracy.json beside it; goes on where it was
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from benchmarks.packaged_trial import Trial, digits, paired
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.cost.macs import work

RESULTS = Path(__file__).with_suffix(".json")
STRENGTHS = (0.5, 0.25, 0.125)
THRESHOLDS = (0.05, 0.1, 0.3, 0.5)
AS_DEAR = 0.62
"""Tokens that go at once for as many multiply-accumulates as `run-length` has, in the mean of the packaged clips."""
SEEDS = (0, 1, 2)
COUNTED = 64
"""Clips whose work is counted where it depends on them."""
MODELS = ("videomae", "timesformer")


def recipes(name: str) -> dict[str, list[str]]:
    """A recipe -> its controls, which leave as many tokens in the same blocks."""
    found: dict[str, list[str]] = {}
    for ratio in STRENGTHS:
        constant, stages = controls(ratio, "constant"), controls(ratio, "stages")
        found[written("merge-tokens", ratio=ratio)] = constant
        found[written("prune-tokens", ratio=ratio)] = stages
        found[written("merge-tokens", ratio=ratio, schedule="stages")] = stages
        found[written("merge-tokens", ratio=ratio, schedule="once")] = controls(ratio, "once")
    found["merge-tokens:proportional=true"] = controls(0.5, "constant")
    found["merge-tokens:schedule=once,proportional=true"] = controls(0.5, "once")
    found["merge-tokens:schedule=decreasing"] = controls(0.5, "decreasing")[:1]
    for schedule in ("", *(f":schedule={name}" for name in ("once", "decreasing", "stages"))):
        found[f"fuse+merge-tokens{schedule}+int8-static"] = [f"fuse+drop-tokens{schedule}+int8-static"]
    if name == "timesformer":
        found["merge-tokens:places=own"] = ["drop-tokens:places=own"]
    else:
        found |= {written("run-length", threshold=each): [] for each in THRESHOLDS}
        found["run-length"] = controls(AS_DEAR, "once")
        found["run-length:proportional=true"] = []
    return found


def controls(ratio: float, schedule: str) -> list[str]:
    return [written("drop-tokens", ratio=ratio, schedule=schedule, seed=seed) for seed in SEEDS]


def written(name: str, **parameters: Any) -> str:
    """The canonical text of a technique."""
    given = ",".join(f"{key}={value}" for key, value in parameters.items())
    return str(parse(f"{name}:{given}", TECHNIQUES))


class Tokens:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = Trial(name)

    def row(self, text: str) -> dict[str, Any]:
        """Of one recipe, beside the reference."""
        trial = self.trial
        variant = trial.variant(text)
        logits = trial.answers(variant.module)
        cost = trial.cost(logits)
        shares = self.shares(variant.module, variant.runtime)
        return {
            **cost,
            "interval": trial.interval(cost),
            **({"macs_share": round(fmean(shares), 4), "macs_shares": shares} if shares else {}),
            "right": digits(trial.right(logits)),
        }

    def shares(self, module: Any, runtime: str) -> list[float]:
        """Of the reference's multiply-accumulates, those of the first clip; of more where clips differ."""
        if runtime != "torch":
            return []
        clips = (
            view
            for views, _ in self.trial.inputs.clips(self.trial.name).batches(1)
            for view in views.split(1)
        )
        first = next(clips)
        whole, own = work(self.trial.model.module, first).macs or 1, work(module, first).macs or 0
        counted = [own / whole]
        if work(module, torch.zeros_like(first)).macs != own:
            counted += [(work(module, clip).macs or 0) / whole for clip in islice(clips, COUNTED - 1)]
        return [round(share, 4) for share in counted]


def main(names: list[str]) -> None:
    for name in names or MODELS:
        rows = Tokens(name)
        for text, others in recipes(name).items():
            for each in (text, *others):
                if each not in read(RESULTS).get(name, {}):
                    row = rows.row(each)
                    print(name, each, row["top1"], row["agreement"], row.get("macs_share"), flush=True)
                    add(RESULTS, name, {each: row})
            known = read(RESULTS)[name]
            # What the control loses beside the choice, and the chance of so much were both as good.
            beside = {each: paired(outcomes(known[text]), outcomes(known[each])) for each in others}
            add(RESULTS, name, {text: {"beside": beside}})


def outcomes(row: dict[str, Any]) -> torch.Tensor:
    return torch.tensor([digit == "1" for digit in row["right"]])


if __name__ == "__main__":
    main(sys.argv[1:])
