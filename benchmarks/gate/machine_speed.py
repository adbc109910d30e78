"""How far a ratio follows the machine's speed: spells of alternated calls, and the reference's time in each.

    python -m benchmarks.gate.machine_speed --minutes 10        nothing else should run

A shared machine runs slower for seconds or minutes, with both arms slowed, though not by the same share. Appends to
benchmarks/gate/machine_speed.json, a list of [reference, variant] seconds a model and recipe, medians of two seconds
each; prints the slope of the ratio's logarithm over that of the reference's time, the median of all pairs of spells.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch
from scipy.stats import theilslopes

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels, logits_from
from pytest_vidcompress.models.load import load
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")
ARMS = (("timesformer", "int8-dynamic"), ("timesformer", "fp16"), ("videomae", "int8-dynamic"))
SPELL_S = 2.0
REST_S = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    arguments = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["machine"] = machine(f"torch{torch.__version__}").facts()
    for model, recipe in ARMS:
        spells = results.setdefault(f"{model} {recipe}", [])
        with machine_to_ourselves():
            spells += measured(model, recipe, 60 * arguments.minutes / len(ARMS))
        logs = np.log(np.array(spells))
        slope = theilslopes(logs[:, 1] - logs[:, 0], logs[:, 0]).slope
        print(f"{model} {recipe}: {len(spells)} spells, reference {_range(logs[:, 0])}, slope {slope:.2f}")
        RESULTS.write_text(json.dumps(results) + "\n")


def measured(name: str, recipe: str, seconds: float) -> list[list[float]]:
    packaged = pocket()
    model = load(name, packaged.labels, packaged.name, "trained", {})
    pixels = example_pixels(model.profile, seed=0)
    arms = model.module, build(parse(recipe, TECHNIQUES), model, None, RUNTIMES).module
    spells: list[list[float]] = []
    until = time.monotonic() + seconds
    with torch.inference_mode():
        while time.monotonic() < until:
            times: tuple[list[float], ...] = ([], [])
            began = time.monotonic()
            while time.monotonic() < began + SPELL_S:
                for arm, own in zip(arms, times, strict=True):
                    time.sleep(REST_S)
                    started = time.perf_counter()
                    logits_from(arm(pixels))
                    own.append(time.perf_counter() - started)
            spells.append([round(median(own), 7) for own in times])
    return spells[1:]  # the first is cold


def _range(logs: np.ndarray) -> str:
    low, high = (1e3 * np.exp(np.quantile(logs, q)) for q in (0.05, 0.95))
    return f"{low:.2f} to {high:.2f} ms"


if __name__ == "__main__":
    main()
