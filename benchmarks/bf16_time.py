"""What bf16 takes at full size beside fp32: seconds of a CPU for one clip, one thread, calls in turns.

    python benchmarks/bf16_time.py videomae 4

Weights are random, so that no checkpoint is needed. Counted are the seconds of this process's own threads, which
neighbours disturb less than the clock. Raw results are in bf16_time.json.
"""

import json
import random
import sys
import time
from pathlib import Path

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels, logits_from
from pytest_vidcompress.models.load import load
from pytest_vidcompress.runtimes.registry import RUNTIMES

VARIANTS = ("bf16@torch", "fuse+bf16@torch", "fp32@openvino", "bf16@openvino", "fuse+bf16@openvino")
RESULTS = Path(__file__).with_suffix(".json")


def main(name: str, rounds: int) -> None:
    torch.set_num_threads(1)
    model = load(name, tuple(f"label {k}" for k in range(400)), "", "random", {}, True)
    pixels = example_pixels(model.profile, seed=0)
    arms = {"fp32": model.module}
    for text in VARIANTS:
        recipe = parse(text, TECHNIQUES)
        made = recipe.apply(model, Clips([], model.labels, {}, model.profile))
        arms[text] = RUNTIMES[recipe.runtime].prepare(made)
    seconds = {arm: [] for arm in arms}
    logits = {}
    with torch.inference_mode():
        for turn in range(rounds + 1):
            for arm in random.Random(turn).sample([*arms], len(arms)):
                began = time.process_time()
                logits[arm] = logits_from(arms[arm](pixels)).float()
                if turn:  # the first compiles
                    seconds[arm].append(round(time.process_time() - began, 2))
    errors = {
        arm: float((each - logits["fp32"]).norm() / logits["fp32"].norm()) for arm, each in logits.items()
    }
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[name] = {
        arm: {"cpu_seconds": seconds[arm], "relative_logit_error": round(errors[arm], 4)} for arm in arms
    }
    results["machine"] = machine("torch" + torch.__version__).facts()
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
