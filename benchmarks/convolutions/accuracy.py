"""What recipes cost a packaged 3-D CNN, on all packaged clips and paired with fp32, and which it refuses.

python -m benchmarks.convolutions.accuracy [MODEL ...]            writes accuracy.json beside it; goes on where it was
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.packaged_trial import Trial
from benchmarks.techniques.recipes import FP32
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.coverage import coverage
from pytest_vidcompress.models.adapter import example_pixels

RESULTS = Path(__file__).with_suffix(".json")
MODELS = ("r2plus1d", "x3d-s")
RUNTIMES = ("torch", "openvino", "onnxruntime")
RECIPES = (
    "fuse",
    "fp16",
    "bf16",
    "int8-weights",
    "int8-dynamic",
    *("prune-global", "prune-global:amount=0.5", "prune-global:amount=0.5,score=second-order"),
    *("prune-local-attention", "prune-local-dense", "prune-local-both"),
    *("shrink", "shrink:mlp=0.5", "shrink:heads=0.5", "shrink:blocks=1", "shrink:width=0.25"),
    "lowrank",
    "frames:keep=4",
    "merge-tokens",
    *(f"fuse+int8-static@{runtime}" for runtime in RUNTIMES),
    *(f"shrink+fuse+int8-static@{runtime}" for runtime in RUNTIMES),
    *(f"{name}@{runtime}" for name in ("fp16", "bf16", "int8-dynamic") for runtime in RUNTIMES[1:]),
    "shrink:mlp=0.5+distil:steps=100",
    "shrink:mlp=0.5+finetune:steps=100",
    "fuse+int8-qat:steps=40@openvino",
    "prune-gradual:steps=100",
)


def main(names: list[str]) -> None:
    trials = {name: Trial(name) for name in names or MODELS}
    for text in RECIPES:
        for name, trial in trials.items():
            if text not in read(RESULTS).get(name, {}):
                row = row_of(trial, text)
                shown = {key: row[key] for key in ("refused", "points_lost", "agreement") if key in row}
                print(name, text, shown, flush=True)
                add(RESULTS, name, {text: row})


def row_of(trial: Trial, text: str) -> dict[str, Any]:
    """What a recipe costs, or what a user who gives it is told."""
    try:
        variant = trial.variant(text)
    except VidcompressError as error:
        return {"refused": str(error)}
    cost = trial.cost(trial.answers(variant.module))
    return {
        **cost,
        "interval": trial.interval(cost),
        "size_ratio": round(variant.size_bytes() / trial.variant(FP32).size_bytes(), 4),
        "macs_ratio": trial.macs_share(variant.model),
        **(integers(trial, variant) if "int8-static" in text or "int8-qat" in text else {}),
    }


def integers(trial: Trial, variant: Variant) -> dict[str, Any]:
    """Shares of weights and multiply-accumulates that are int8, and the layers that multiply floats."""
    said = getattr(variant.module, "precisions", None)
    pixels = example_pixels(trial.model.profile)
    covered = coverage(variant.model.module, pixels, precisions=said() if said else None)
    return {
        "weights_int8": round(covered.weights_int8, 4),
        "macs_int8": round(covered.macs_int8, 4),
        "float": {left.name: round(left.macs, 4) for left in covered.left if left.macs},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
