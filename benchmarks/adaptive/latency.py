"""What cascades of integers take beside the full model of integers, and early exits beside the fused model: packaged
models, all clips, calls in turns.

    python -m benchmarks.adaptive.latency [MODEL ...] [--rounds=3] [--clips=640]      writes latency.json beside it

Thresholds of cascades are those that cascades.json says were found; probes are taken from the cache, or trained. One
thread, on a machine that does nothing else; a minute or two a model.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
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
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.measure.machine import machine

RESULTS = Path(__file__).with_suffix(".json")
FUSED = "fuse"


def measure(name: str, rounds: int, clips: int) -> None:
    """Writes a row for each variant: those of integers beside the full one, early exits beside the fused model."""
    trial = Trial(name)
    pixels = [views[:1] for views, _ in islice(trial.inputs.clips(name).batches(1), clips)]
    found = read(cascades.RESULTS)[name]
    integers = {text: text for text in (FULL, STUDENT)}
    integers |= {
        text: f"{text},threshold={found[text]['threshold']}"
        for text in (cascade(STUDENT, drop) for drop in DROPS)
    }
    exits = [text for text in early_exits.recipes() if text.startswith(FUSED)]
    for texts in (integers, {text: text for text in (FUSED, *exits)}):
        # Runtimes of two kinds in one alternation would be in each other's way.
        variants = {text: trial.variant(built) for text, built in texts.items()}
        seconds = call_seconds({text: variant.module for text, variant in variants.items()}, pixels, rounds)
        add(RESULTS, name, {text: _row(text, seconds, variant, rounds) for text, variant in variants.items()})


def _row(text: str, seconds: Mapping[str, list[float]], variant: Variant, rounds: int) -> dict[str, Any]:
    """Of one variant, beside the first."""
    counts = exit_counts_of(variant.module)
    left = counts.by_name() if counts else {}
    row = {
        **distribution(seconds[text]),
        **ratio_of_means(seconds[text], next(iter(seconds.values()))),
        "left": {name: round(number / sum(left.values()), 4) for name, number in left.items()},
        "rounds": rounds,
    }
    print(text, row, flush=True)
    here = machine(variant.executes.version()).facts()
    return {**row, "seconds": [round(each, 6) for each in seconds[text]], "machine": here}


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
