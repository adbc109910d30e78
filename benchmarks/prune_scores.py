"""What zeros cost by each score of `prune-global`, on all packaged clips and on the same ones: outcomes are paired.

    python -m benchmarks.prune_scores timesformer videomae

Calibration takes the packaged spare clips, which are never tested. Raw results are in prune_scores.json: top-1 of the
reference, and for each amount and score its top-1, agreement and KL divergence, and the clips that it lost and gained
against the reference and against `score=magnitude`, with the chance of as many losses by McNemar's exact test.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch

from benchmarks.packaged_trial import Trial, paired

SCORES = ("magnitude", "activation", "second-order")
AMOUNTS = (0.5, 0.6, 0.7)
RESULTS = Path(__file__).with_suffix(".json")


def main(name: str) -> None:
    trial = Trial(name)
    rows: dict[str, Any] = {}
    for amount in AMOUNTS:
        magnitude = None
        for score in SCORES:
            recipe = trial.inputs.choices.recipe(f"prune-global:amount={amount},score={score}")
            logits = trial.answers(recipe.apply(trial.model, trial.calibration).module)
            right = trial.right(logits)
            magnitude = right if magnitude is None else magnitude
            cost = trial.cost(logits)
            rows[str(recipe)] = {
                **{key: cost[key] for key in ("top1", "agreement", "kl")},
                "against_fp32": both_ways(trial.right(trial.logits), right),
                "against_magnitude": both_ways(magnitude, right),
            }
            print(name, recipe, rows[str(recipe)], flush=True)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {"clips": len(trial.labels), "top1": trial.top1, "variants": rows}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


def both_ways(before: torch.Tensor, after: torch.Tensor) -> dict[str, Any]:
    losses, gains = paired(before, after), paired(after, before)
    return {
        "lost": losses["lost"],
        "gained": losses["gained"],
        "chance_of_losses": round(losses["p"], 6),
        "chance_of_gains": round(gains["p"], 6),
    }


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(each)
