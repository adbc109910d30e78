"""What each engine adds on one node to a plain run: 1,000 clips of a model that takes 10 ms a clip.

    python -m benchmarks.machines.overhead [--engine=here] [--engine=processes] [--engine=ray] [--rounds=3]

The model reads the clock until its time is over, so that a neighbour on the machine makes no run longer than what it
adds. Engines and the plain run take turns; of each the first measurement (with processes to start, and a module to
load) and the second. Writes overhead.json beside it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.machines.busy_model import busy_model
from benchmarks.machines.shared import about, clips_for, running, seconds, write
from pytest_vidcompress.measure.accuracy.predict import predict

RESULTS = Path(__file__).with_suffix(".json")
ENGINES = ("here", "processes", "ray")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--ms", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    before, engines = about(), given.engine or ENGINES
    plains: list[float] = []
    found: dict[str, list[dict[str, float]]] = {name: [] for name in engines}
    for _ in range(given.rounds):
        plains.append(timed(lambda: plain(given.clips, given.ms)))
        for name in engines:
            found[name].append(with_engine(name, given.clips, given.ms))
    base = statistics.median(plains)
    write(
        given.out,
        {
            "clips": given.clips,
            "ms_a_clip": given.ms,
            "before": before,
            "plain_s": plains,
            "engines": {name: summary(rounds, base) for name, rounds in found.items()},
            "load_after": about()["load"],
        },
    )


def plain(clips: int, ms: float) -> None:
    """As a run without options does it, that keeps nothing."""
    model = busy_model(ms)
    predict(model.module, clips_for(model, clips), len(model.labels))


def with_engine(name: str, clips: int, ms: float) -> dict[str, float]:
    model = busy_model(ms)
    began = time.perf_counter()
    with running(name) as engine:
        started = time.perf_counter() - began
        first = seconds(engine, model, clips_for(model, clips), "first")
        second = seconds(engine, model, clips_for(model, clips), "second")
    return {"start_s": started, "first_s": first, "second_s": second}


def summary(rounds: list[dict[str, float]], base: float) -> dict[str, Any]:
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    return {
        "rounds": rounds,
        "first": medians["first_s"] / base - 1,
        "second": medians["second_s"] / base - 1,
    }


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
