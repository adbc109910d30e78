"""What `va-red` saves of packaged CNNs and what it costs, on all packaged clips and on drawn ones.

    python -m benchmarks.va_red.study FOLDER [MODEL [RECIPE...]]     writes study.json beside it; goes on where it was

Clips to train on are drawn once and kept in FOLDER, checkpoints of trainings too. Seeds are disjoint: the packaged
clips lie below 1,000, those that the packaged models learned of begin at 500,000 and 1,000,000, these at 2,000,000 to
learn of and at 3,000,000 to be tested on. On one thread it is the same again.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from benchmarks.packaged_trial import Trial, digits, paired
from benchmarks.techniques.rows import add, read
from benchmarks.va_red.kept_clips import KeptClips
from benchmarks.va_red.motion import by_motion, motion_of
from benchmarks.va_red.shared_beginning import SharedBeginning
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.va_red.policy import policy_of
from pytest_vidcompress.gate.statistics import drop_interval
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model

RESULTS = Path(__file__).with_suffix(".json")
TRAINING, FRESH = (2_000_000, 8_000), (3_000_000, 12_000)
"""Seed of the first clip, and how many."""
RATE = "batch=32,rate=0.003"
CONTROL = f"distil:steps=600,{RATE},labels=1"
"""The same training of the same weights, with nothing skipped."""
GATED = (
    *(f"steps=600,{RATE},options=2,efficiency={efficiency}" for efficiency in (0.3, 0.5, 1)),
    f"steps=600,{RATE},options=3,efficiency=1",
    f"steps=120,{RATE},gate=soft,options=2,efficiency=1",
    f"steps=600,{RATE},gate=soft,options=2,efficiency=1",
    f"steps=600,{RATE},gate=soft,options=3,efficiency=1",
)
RECIPES = {
    name: tuple(str(parse(text, TECHNIQUES)) for text in (*(f"va-red:{gated}" for gated in GATED), CONTROL))
    for name in ("r2plus1d", "x3d-s")
}
COUNTED = 16
"""Clips whose work is counted by the house's counter too, against what the policy says."""
BATCH = 40


class Study:
    """Of one packaged model."""

    def __init__(self, name: str, folder: Path) -> None:
        self.trial = Trial(name)
        self.folder = folder
        model = self.trial.model
        self.training, self.fresh = (KeptClips(model, *seeds, folder) for seeds in (TRAINING, FRESH))
        kept = folder / f"{name}-answers.pt"
        if not kept.exists():
            torch.save(self.fresh_right(model.module), kept)
        self.fresh_reference: torch.Tensor = torch.load(kept)
        self.motion = [motion_of(clip) for clip in self.packaged()]

    def packaged(self) -> list[torch.Tensor]:
        """The pixels of all packaged clips, `(1, C, T, H, W)` each."""
        batches = self.trial.inputs.clips(self.trial.name).batches(BATCH)
        return [clip for pixels, _ in batches for clip in pixels.split(1)]

    def fresh_right(self, module: torch.nn.Module) -> torch.Tensor:
        """Which of the drawn clips are answered with their label."""
        places = torch.arange(self.fresh.number).split(BATCH)
        with torch.inference_mode():
            said = [logits_from(module(self.fresh.pixels(each.tolist()))).argmax(-1) for each in places]
        return torch.cat(said) == self.fresh.labels

    def made(self, text: str) -> Model:
        """Trained; where another weight of the efficiency loss was before it, from where that counts."""
        common = self.folder / self.trial.name
        recipe = parse(text, TECHNIQUES)
        lessons = Lessons(self.trial.model, self.training, folder=common / text, recipe=text)
        shared = SharedBeginning(common, recipe, lessons)
        shared.take()
        return recipe.apply(self.trial.model.copy(), self.trial.calibration, shared.lessons)

    def row(self, text: str) -> dict[str, Any]:
        """Of one recipe, beside the reference."""
        began = time.monotonic()
        made, trial = self.made(text), self.trial
        minutes = round((time.monotonic() - began) / 60, 1)
        logits = trial.answers(made.module)
        cost, fresh = trial.cost(logits), self.fresh_right(made.module)
        both = paired(self.fresh_reference, fresh)
        row = {
            **cost,
            "interval": trial.interval(cost),
            "fresh": {
                "clips": self.fresh.number,
                "reference_top1": percent(self.fresh_reference),
                "top1": percent(fresh),
                **both,
                "interval": [
                    round(100 * end, 2) for end in drop_interval(len(fresh), both["lost"], both["gained"])
                ],
            },
            "minutes": minutes,
            "right": digits(trial.right(logits)),
        }
        return row if text.startswith("distil") else {**row, **self.work(made.module)}

    def work(self, module: torch.nn.Module) -> dict[str, Any]:
        """Multiply-accumulates clip by clip, of all of the model, and what of the policy can be seen."""
        clips = self.packaged()
        policy = policy_of(module, clips)
        whole = work(self.trial.model.module, clips[0]).macs or 0
        gated = [sum(layer.macs for layer in clip) for clip in policy.choices]
        around = {
            (work(module, clip).macs or 0) - macs
            for clip, macs in zip(clips[:COUNTED], gated[:COUNTED], strict=True)
        }
        if len(around) != 1:
            raise ValueError(f"what the policy says is not what is counted: {sorted(around)} around it")
        (rest,) = around
        shares = [(rest + macs) / whole for macs in gated]
        return {
            "macs_share": round(fmean(shares), 4),
            "motion": by_motion(self.motion, shares, self.trial.labels.tolist(), self.trial.model.labels),
            "layers": policy.lines(),
            "macs_shares": [round(share, 3) for share in shares],
        }


def percent(right: torch.Tensor) -> float:
    return round(100 * float(right.double().mean()), 2)


def main(folder: Path, name: str = "r2plus1d", *recipes: str) -> None:
    study = Study(name, folder)
    for text in recipes or RECIPES[name]:
        text = str(parse(text, TECHNIQUES))
        if text not in read(RESULTS).get(name, {}):
            row = study.row(text)
            add(RESULTS, name, {text: row})
            print(
                name,
                text,
                row["top1"],
                row["interval"],
                row["fresh"],
                row.get("macs_share"),
                row.get("motion"),
                row["minutes"],
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
