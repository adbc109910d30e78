"""What `--vc-target` finds for the packaged models, and what is left of it when it is measured anew.

    python benchmarks/targets.py [MODEL:METRIC:SHARE ...]

Writes `benchmarks/targets.json`: for each budget the recipe, the share when it was found, that of three measurements
after it (pairs of calls in turns, one thread), and top-1 and agreement on all packaged clips.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.measure.accuracy.scores import accuracy
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.measure.measurement import first_clip
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.target.yardsticks import YARDSTICKS, ReferenceCost
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from pytest_vidcompress.runtimes.torch_eager import version

FILE = Path(__file__).with_suffix(".json")
BUDGETS = tuple(
    f"{model}:{budget}"
    for model in ("timesformer", "videomae")
    for budget in ("latency:0.5", "macs:0.7", "macs:0.5", "size:0.4", "size:0.2")
)


def find(budget: str) -> dict[str, Any]:
    """One row."""
    name, metric, share = budget.split(":")
    registries, notes = Registries.merge([], [], [], []), VariantNotes()
    options = Options({"vc-model": (name,)}, began=time.time())
    inputs = Inputs(options, registries)
    builder = VariantBuilder(options, registries, inputs, notes)
    began = time.perf_counter()
    recipe = builder.resolved(inputs.choices.recipe(f"target:{metric}={share}"), name)
    seconds = time.perf_counter() - began
    (found,) = notes.targets.values()
    variant, reference, clips = builder.variant(recipe, name), inputs.model(name), inputs.clips(name)
    whole_cost = ReferenceCost(reference, first_clip(inputs.calibration(name)))
    again = [YARDSTICKS[metric](variant, whole_cost) for _ in range(3)]
    before, labels = predict(reference.module, clips, len(reference.labels))
    after, _ = predict(variant.module, clips, len(reference.labels))
    whole, left = accuracy(before, before, labels), accuracy(after, before, labels)
    return {
        "budget": budget,
        "recipe": found.recipe,
        "found": found.value,
        "again": again,
        "trials": found.tries,
        "seconds": round(seconds, 1),
        "top1_points_lost": round(100 * (whole.top1 - left.top1), 2),
        "agreement": round(float(left.agreement), 4),
        "clips": len(labels),
    }


def main() -> None:
    torch.set_num_threads(1)
    rows = {row["budget"]: row for row in json.loads(FILE.read_text())["rows"]} if FILE.exists() else {}
    for budget in sys.argv[1:] or BUDGETS:
        rows[budget] = find(budget)
        print(json.dumps(rows[budget]), flush=True)
        document = {"machine": machine(version()).facts(), "rows": [*rows.values()]}
        FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
