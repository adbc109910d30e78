"""What `distil` brings back of what `shrink` takes, on all packaged clips, paired.

    python -m benchmarks.learning.recovery             # both models; writes recovery.json beside it

One thread, so that it is the same again; a run that is killed goes on where it was when it is started again. Of each
variant the outcome of every clip is stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.packaged_trial import Trial, digits

RESULTS = Path(__file__).with_suffix(".json")
CHECKPOINTS = Path(__file__).parents[2] / "training/runs/recovery"
SHRUNK = {
    "0.70": "shrink:mlp=0.5,width=0.125",
    "less than half": "shrink:mlp=0.75,heads=0.25,width=0.25",
}
"""Of the multiplications, what is left by it."""
RECOVERY = {"videomae": "distil:steps=600", "timesformer": "distil:steps=600,rate=0.001"}
"""By model. Two minutes of VideoMAE on a busy core; ten minutes hold five times as many."""
MODELS = tuple(RECOVERY)


def outcome(trial: Trial, text: str) -> dict[str, Any]:
    """What a recipe costs, and what it was trained with."""
    folder = CHECKPOINTS / trial.name / text.replace(":", " ").replace("+", " ")
    recipe = trial.inputs.choices.recipe(text)
    lessons = trial.inputs.lessons(trial.name, folder)
    made = recipe.apply(trial.model, trial.calibration, lessons)
    logits = trial.answers(made.module)
    curve = made.curves[-1] if made.curves else None
    return {
        "macs": trial.macs_share(made),
        **trial.cost(logits),
        "training": curve and {"steps": curve.steps, "clips": curve.clips, "minutes": curve.seconds / 60},
        "right": digits(trial.right(logits)),
    }


def main(names: list[str]) -> None:
    for name in names or MODELS:
        trial = Trial(name)
        texts = [text for each in SHRUNK.values() for text in (each, f"{each}+{RECOVERY[name]}")]
        rows = {text: outcome(trial, text) for text in texts}
        for text, row in rows.items():
            print(name, text, {key: value for key, value in row.items() if key != "right"}, flush=True)
        results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results[name] = {
            "clips": len(trial.labels),
            "top1": trial.top1,
            "recipes": rows,
        }
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
