"""What cascades of integers take beside the full model of integers, and early exits beside the fused model: packaged
models, all clips, calls in turns.

    python -m benchmarks.adaptive.latency [MODEL ...] [--rounds=3] [--clips=640]      writes latency.json beside it

Thresholds of cascades are those that cascades.json says were found; probes are taken from the cache, or trained. One
thread, on a machine that does nothing else; a minute or two a model.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from benchmarks.adaptive import cascades, early_exits
from benchmarks.adaptive.call_times import call_seconds, distribution, ratio_of_means
from benchmarks.adaptive.cascades import DROPS, FULL, MODELS, STUDENT, cascade
from benchmarks.packaged_trial import Trial
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.compress.exits.exit_parameters import EarlyExit
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.measure.machine import machine

RESULTS = Path(__file__).with_suffix(".json")
FUSED = "fuse"


def measure(name: str, rounds: int, clips: int) -> None:
    """Writes a row for each variant: those of integers beside the full one, early exits beside the fused model.

    Each is timed in turns with that alone: its weights are then as near as they are on a device, which has one model.
    """
    trial = Trial(name)
    pixels = [views[:1] for views, _ in islice(trial.inputs.clips(name).batches(1), clips)]
    found = read(cascades.RESULTS)[name]
    early = early_exits.recipe(EarlyExit().drop)
    pairs = {STUDENT: (FULL, STUDENT), early: (FUSED, early)}
    for text in (cascade(STUDENT, drop) for drop in DROPS):
        pairs[text] = FULL, f"{text},threshold={found[text]['threshold']}"
    for text, (beside, built) in pairs.items():
        variants = {each: trial.variant(each) for each in (beside, built)}
        seconds = call_seconds({each: variant.module for each, variant in variants.items()}, pixels, rounds)
        rows = {text: _row(variants[built], *seconds.values()), beside: distribution(seconds[beside])}
        add(RESULTS, name, rows)
        print(name, text, {key: value for key, value in rows[text].items() if key != "seconds"}, flush=True)


def _row(variant: Variant, beside: list[float], own: list[float]) -> dict[str, Any]:
    counts = exit_counts_of(variant.module)
    left = counts.by_name() if counts else {}
    return {
        **distribution(own),
        **ratio_of_means(own, beside),
        "left": {name: round(number / sum(left.values()), 4) for name, number in left.items()},
        "seconds": [round(each, 6) for each in own],
        "seconds_beside": [round(each, 6) for each in beside],
        "machine": machine(variant.executes.version()).facts(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", nargs="*", help="timesformer, videomae; both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clips", type=int, default=640)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in given.model or MODELS:
        measure(name, given.rounds, given.clips)


if __name__ == "__main__":
    main()
