"""What a cascade of integers takes beside the full model of integers: packaged models, all clips, calls in turns.

    python -m benchmarks.adaptive.latency [MODEL ...] [--rounds=3] [--clips=640]      writes latency.json beside it

Thresholds are those that cascades.json says were found. One thread, on a machine that does nothing else; a minute or
two a model.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import torch

from benchmarks.adaptive import cascades
from benchmarks.adaptive.call_times import call_seconds, distribution, ratio_of_means
from benchmarks.adaptive.cascades import DROPS, FULL, MODELS, STUDENT, cascade
from benchmarks.packaged_trial import Trial
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.measure.machine import machine

RESULTS = Path(__file__).with_suffix(".json")


def measure(name: str, rounds: int, clips: int) -> None:
    """Writes a row for each cascade, and one for the full model."""
    trial = Trial(name)
    texts = {text: text for text in (FULL, STUDENT)}
    for drop in DROPS:
        text = cascade(STUDENT, drop)
        texts[text] = f"{text},threshold={read(cascades.RESULTS)[name][text]['threshold']}"
    runs = {text: trial.variant(built).module for text, built in texts.items()}
    pixels = [views[:1] for views, _ in islice(trial.inputs.clips(name).batches(1), clips)]
    seconds = call_seconds(runs, pixels, rounds)
    here = machine(trial.variant(FULL).executes.version()).facts()
    for text, own in seconds.items():
        row = {
            **distribution(own),
            **ratio_of_means(own, seconds[FULL]),
            "rounds": rounds,
            "seconds": [round(each, 6) for each in own],
            "machine": here,
        }
        counts = exit_counts_of(runs[text])
        if counts:
            row["escalated"] = round(counts.clips[1] / sum(counts.clips), 4)
        print(name, text, {key: value for key, value in row.items() if key != "seconds"}, flush=True)
        add(RESULTS, name, {text: row})


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
