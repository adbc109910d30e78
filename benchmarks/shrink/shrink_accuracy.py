"""What `shrink` costs in accuracy at 0.70 of the multiplications and less, on all packaged clips, paired.

    python -m benchmarks.shrink.shrink_accuracy            # both models; writes shrink_accuracy.json beside it

For every mix of axes: each repair with chosen parts, and the controls, parts by chance with each repair. Of each
variant the outcome of every clip is stored, so that whatever two variants are compared, it is clip by clip.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.packaged_trial import CLIPS, Trial, digits
from pytest_vidcompress.compress.parameters import parse_parameters
from pytest_vidcompress.compress.shrink.shares import Shrink
from pytest_vidcompress.compress.shrink.shrink_model import shrink_model
from pytest_vidcompress.gate.statistics import mcnemar

RESULTS = Path(__file__).with_suffix(".json")
MIXES = {
    "timesformer": (
        *(
            "mlp=0.5,width=0.125",
            "mlp=0.75",
            "heads=0.25,width=0.25",
            "mlp=0.5,heads=0.25",
            "mlp=0.25,blocks=1",
            "mlp=0.875,width=0.25",
        ),
    ),
    "videomae": (
        *("mlp=0.5,width=0.125", "mlp=0.625", "mlp=0.05,heads=0.25,width=0.25", "mlp=0.45,heads=0.25"),
        *("mlp=0.3,blocks=1", "mlp=0.875,width=0.25"),
    ),
}
"""Shares that leave 0.70 of the multiplications, or a little less; the last leaves less than half."""
WAYS = (
    *("repair=least-squares", "repair=mean", "repair=none"),
    *("repair=least-squares,choice=random", "repair=mean,choice=random", "repair=none,choice=random"),
)
ALLOCATED = "repair=least-squares,allocate=global"
APART = "repair=least-squares"
"""The best of them once more, each layer fitted on what the original's layers give."""


def outcome(trial: Trial, parameters: str, sequential: bool = True) -> dict[str, Any]:
    """What `shrink` with these parameters costs."""
    given = parse_parameters(Shrink, dict(pair.split("=") for pair in parameters.split(",")))
    small = trial.model.copy()
    shrink_model(small, given, trial.calibration, sequential)
    logits = trial.answers(small.module)
    return {
        "macs": trial.macs_share(small),
        **trial.cost(logits),
        "right": digits(trial.right(logits)),
        "same": digits(logits.argmax(1) == trial.logits.argmax(1)),
    }


def against(first: str, second: str) -> dict[str, Any]:
    """Clips on which only one of two is right, and the chance of so many for the first, were both as good."""
    better = sum(a > b for a, b in zip(first, second, strict=True))
    worse = sum(a < b for a, b in zip(first, second, strict=True))
    return {"better": better, "worse": worse, "p": mcnemar(better, worse)}


def of_mix(trial: Trial, mix: str) -> dict[str, Any]:
    ways = {way: outcome(trial, f"{mix},{way}") for way in (*WAYS, ALLOCATED)}
    if "width" not in mix:
        ways["each layer by itself"] = outcome(trial, f"{mix},{APART}", sequential=False)
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
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in names or [*MIXES]:
        trial = Trial(name)
        about = {"clips": len(trial.labels), "top1": trial.top1, "calibration": CLIPS}
        mixes = results.setdefault(name, {**about, "mixes": {}})["mixes"]
        for mix in MIXES[name]:
            if mix not in mixes:  # what is there was measured already
                mixes[mix] = of_mix(trial, mix)
                RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
