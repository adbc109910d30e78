"""What `--vc-target` finds for the packaged models, and what is left of it when it is measured anew.

    python -m benchmarks.targets [MODEL:BUDGET ...]

A budget is written as for the option, such as `timesformer:latency:0.5,using=shrink`. Writes `targets.json`, beside
it: for each the recipe, the share when it was found, that of three measurements after it (pairs of calls in
turns, one thread), and what it costs on all packaged clips, paired.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.packaged_trial import CLIPS, Trial
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.measure.measurement import first_clip
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.options.reading import targets
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.target.yardsticks import YARDSTICKS, ReferenceCost
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from pytest_vidcompress.runtimes.torch_eager import version

FILE = Path(__file__).with_suffix(".json")
MODELS = ("timesformer", "videomae")
BUDGETS = (
    *("latency:0.5", "macs:0.7", "macs:0.5", "size:0.4", "size:0.2"),
    *("latency:0.6,using=shrink", "latency:0.5,using=shrink"),
)


def find(trial: Trial, budget: str) -> dict[str, Any]:
    """One row."""
    options = Options({"vc-model": (trial.name,), "vc-calibration": CLIPS}, began=time.time())
    registries, notes = Registries.merge([], [], [], []), VariantNotes()
    builder = VariantBuilder(options, registries, trial.inputs, notes)
    began, load = time.perf_counter(), os.getloadavg()[0]
    (wanted,) = targets([budget])
    recipe = builder.resolved(trial.inputs.choices.recipe(wanted), trial.name)
    seconds = time.perf_counter() - began
    (found,) = notes.targets.values()
    variant = builder.variant(recipe, trial.name)
    reference = ReferenceCost(trial.model, first_clip(trial.calibration))
    again = [YARDSTICKS[found.metric](variant, reference) for _ in range(3)]
    return {
        "budget": f"{trial.name}:{budget}",
        "recipe": found.recipe,
        "found": round(found.value, 4),
        "again": [round(each, 4) for each in again],
        "agreement_when_found": found.agreement,
        "trials": found.tries,
        "seconds": round(seconds, 1),
        "load": round(load, 1),
        "clips": len(trial.labels),
        **trial.cost(trial.answers(variant.module)),
    }


def main() -> None:
    rows = {row["budget"]: row for row in json.loads(FILE.read_text())["rows"]} if FILE.exists() else {}
    wanted = sys.argv[1:] or [f"{model}:{budget}" for model in MODELS for budget in BUDGETS]
    trials: dict[str, Trial] = {}
    for each in wanted:
        model, _, budget = each.partition(":")
        if model not in trials:
            trials[model] = Trial(model)
        rows[each] = find(trials[model], budget)
        print(json.dumps(rows[each]), flush=True)
        document = {"machine": machine(version()).facts(), "rows": [*rows.values()]}
        FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
