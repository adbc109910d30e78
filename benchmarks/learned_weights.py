"""What recipes that learn keep, on all packaged clips: trained on drawn ones, held against fp32 on the same clips.

    python -m benchmarks.learned_weights videomae CHECKPOINTS "prune-gradual:steps=3000" "fuse+int8-qat:steps=300"

A training that was interrupted goes on from what is in CHECKPOINTS. Give `steps=`: minutes are not the same twice.
Raw results are in learned_weights.json: points of top-1 lost, agreement and KL divergence, the clips lost and gained
against fp32, and the bytes of the artefact as a share of fp32's. Recipes that do not learn can stand beside.
"""

import json
import re
import sys
from pathlib import Path

from benchmarks.packaged_trial import Trial
from pytest_vidcompress.artefacts.variant import prepared
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")


def main(name: str, folder: Path, texts: list[str]) -> None:
    trial = Trial(name)
    fp32 = trial.inputs.choices.recipe("fp32")
    whole = prepared(fp32, trial.model, "torch", RUNTIMES).size_bytes()
    for text in texts:
        recipe = trial.inputs.choices.recipe(text)
        checkpoints = folder / f"{name}-{re.sub('[^a-z0-9]+', '-', text)}"
        lessons = trial.inputs.lessons(name, checkpoints) if recipe.learns else None
        made = recipe.apply(trial.model, trial.calibration, lessons)
        variant = prepared(recipe, made, recipe.runtime, RUNTIMES)
        cost = trial.cost(trial.answers(variant.module))
        row = {key: cost[key] for key in ("points_lost", "agreement", "kl", "lost", "gained")}
        row["size_ratio"] = round(variant.size_bytes() / whole, 4)
        row["notes"] = list(variant.notes)
        print(name, recipe, row, flush=True)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results.setdefault(name, {})[str(recipe)] = row
        RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
