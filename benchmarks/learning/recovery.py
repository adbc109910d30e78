"""What `distil` brings back of what `shrink` takes, on all packaged clips, paired.

    python benchmarks/learning/recovery.py             # both models; writes recovery.json beside it

One thread, so that it is the same again; a run that is killed goes on where it was when it is started again. Of each
variant the outcome of every clip is stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.gate.statistics import mcnemar
from pytest_vidcompress.measure.accuracy.predict import logits_of
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries

RESULTS = Path(__file__).with_suffix(".json")
CHECKPOINTS = Path(__file__).parents[2] / "training/runs/recovery"
SHRUNK = {
    "0.70": "shrink:mlp=0.5,width=0.125",
    "less than half": "shrink:mlp=0.75,heads=0.25,width=0.25",
}
"""Of the multiplications, what is left by it."""
RECOVERY = "distil:steps=600"
"""Two minutes of VideoMAE on a busy core; ten minutes hold five times as many."""
RECIPES = tuple(recipe for each in SHRUNK.values() for recipe in (each, f"{each}+{RECOVERY}"))
MODELS = ("videomae", "timesformer")


class Trial:
    """One model, its clips, and what it answers itself."""

    def __init__(self, name: str) -> None:
        self._inputs = Inputs(Options(values={"vc-model": (name,)}), Registries.merge([], [], [], []))
        self.name = name
        self.model = self._inputs.model(name)
        batches = [*self._inputs.clips(name).batches(16)]
        self._pixels = [pixels for pixels, _ in batches]
        self._labels = torch.cat([labels for _, labels in batches])
        self.before = self._right(self.model)

    def outcome(self, text: str) -> dict[str, Any]:
        """What a recipe costs, and what it was trained with."""
        folder = CHECKPOINTS / self.name / text.replace(":", " ").replace("+", " ")
        lessons = self._inputs.lessons(self.name, folder)
        recipe = self._inputs.choices.recipe(text)
        made = recipe.apply(self.model, self._inputs.calibration(self.name), lessons)
        right = self._right(made)
        lost, gained = int((self.before & ~right).sum()), int((right & ~self.before).sum())
        curve = made.curves[-1] if made.curves else None
        return {
            "macs": round(_macs(made) / _macs(self.model), 4),
            "top1": round(100 * float(right.double().mean()), 2),
            "points_lost": round(100 * (lost - gained) / len(right), 2),
            "lost": lost,
            "gained": gained,
            "p": mcnemar(lost, gained),
            "training": curve and {"steps": curve.steps, "clips": curve.clips, "minutes": curve.seconds / 60},
            "right": "".join(map(str, right.int().tolist())),
        }

    def _right(self, model: Model) -> torch.Tensor:
        with torch.inference_mode():
            logits = torch.cat([logits_of(model.module, pixels) for pixels in self._pixels])
        return logits.argmax(1) == self._labels


def _macs(model: Model) -> int:
    return work(model.module, example_pixels(model.profile)).macs or 0


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name in names or MODELS:
        trial = Trial(name)
        rows = {text: trial.outcome(text) for text in RECIPES}
        for text, row in rows.items():
            print(name, text, {key: value for key, value in row.items() if key != "right"}, flush=True)
        results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results[name] = {
            "clips": len(trial.before),
            "top1": round(100 * float(trial.before.double().mean()), 2),
            "recipes": rows,
        }
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
