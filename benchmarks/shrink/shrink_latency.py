"""What `shrink` saves in time at full size: VideoMAE-base or TimeSformer-base with random weights, calls in turns.

    python benchmarks/shrink/shrink_latency.py videomae 20 1      # rounds, threads; writes shrink_latency.json

Half of the neurons, torch against torch; and four of twelve blocks, each runtime against itself, beside the share of
the multiplications that is left. What goes is chosen by chance and nothing is repaired: the time is the same, and no
clip is needed. Stored are the seconds of every call, on the clock and of the CPU, which neighbours disturb less;
printed the median ratio of neighbouring calls, of both.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.load import load
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")
CHANCE = "choice=random,repair=none"
PAIRS = (
    ("fp32@torch", f"shrink:mlp=0.5,{CHANCE}@torch"),
    *(
        (f"fp32@{runtime}", f"shrink:blocks=4,{CHANCE}@{runtime}")
        for runtime in ("torch", "openvino", "onnxruntime")
    ),
)


def main(name: str, rounds: int, threads: int) -> None:
    torch.set_num_threads(threads)
    model = load(name, tuple(f"label {k}" for k in range(400)), "", "random", {}, True)
    pixels = example_pixels(model.profile, seed=0)
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for before, after in PAIRS:
        arms, macs = {}, {}
        for text in (before, after):
            recipe = parse(text, TECHNIQUES)
            made = recipe.apply(model, Clips([], model.labels, {}, model.profile))
            macs[text] = work(made.module, pixels).macs
            arms[text] = RUNTIMES[recipe.runtime].prepare(made)
        clock: dict[str, list[float]] = {text: [] for text in arms}
        cpu: dict[str, list[float]] = {text: [] for text in arms}
        with torch.inference_mode():
            for turn in range(rounds + 1):
                for text in random.Random(turn).sample([*arms], 2):
                    began, began_cpu = time.perf_counter(), time.process_time()
                    arms[text](pixels)
                    if turn:  # the first compiles
                        clock[text].append(round(time.perf_counter() - began, 4))
                        cpu[text].append(round(time.process_time() - began_cpu, 4))
        ratio, cpu_ratio = (
            statistics.median(late / early for early, late in zip(each[before], each[after], strict=True))
            for each in (clock, cpu)
        )
        share = macs[after] / macs[before]
        results[f"{name} {threads}t {after}"] = {
            "seconds": clock,
            "cpu_seconds": cpu,
            "median_ratio": round(ratio, 4),
            "median_cpu_ratio": round(cpu_ratio, 4),
            "macs_ratio": round(share, 4),
            "machine": machine("torch" + torch.__version__).facts(),
        }
        print(
            f"{name} {after}: {ratio:.3f} of the time, {cpu_ratio:.3f} of the CPU's, {share:.3f} of the MACs",
            flush=True,
        )
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2)
