"""Two workers on two cores against one: VideoMAE at its full size, one thread each, clips a second.

    python -m benchmarks.machines.scaling [--engine=processes] [--clips=24] [--rounds=3]

Weights are random, which changes no time. One and two workers in turns, each round over an empty store, with the
module sent and loaded anew; ranges are small so that so few clips make many. Writes scaling.json beside it. On a
machine that does nothing else.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

import torch

from benchmarks.duel.__main__ import loaded
from benchmarks.machines.shared import about, clips_for, running, seconds, write
from pytest_vidcompress.run.shards import job

RESULTS = Path(__file__).with_suffix(".json")
RANGE = 4
WARM = 2 * RANGE
"""Clips that workers have answered before it counts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engine", default="processes", choices=("processes", "ray"))
    parser.add_argument("--model", default="videomae", help="pocket:videomae to try the script itself")
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    job.SIZE = RANGE  # the package's 64 would be two ranges in an hour
    rates: dict[int, list[float]] = {1: [], 2: []}
    before = about()
    for _ in range(given.rounds):
        for workers, found in rates.items():
            found.append(rate(given.model, given.engine, workers, given.clips))
    speedups = [two / one for one, two in zip(*rates.values(), strict=True)]
    found = {
        "model": given.model,
        "engine": given.engine,
        "clips": given.clips,
        "before": before,
        "clips_a_second": {str(workers): found for workers, found in rates.items()},
        "speedup": statistics.median(speedups),
        "speedups": speedups,
        "load_after": about()["load"],
    }
    write(given.out, found)


def rate(name: str, engine: str, workers: int, clips: int) -> float:
    """Clips a second, one thread a worker."""
    torch.set_num_threads(workers)  # which are divided
    model = loaded(name)
    with running(engine, workers) as made:
        seconds(made, model, clips_for(model, WARM), "warm")
        return clips / seconds(made, model, clips_for(model, clips), "timed")


if __name__ == "__main__":
    main()
