"""Neighbours that make a machine as noisy as those that continuous integration runs on."""

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

REGIMES = {
    "quiet": None,
    "busy": ((1.0, 8.0), (1.0, 8.0)),
    "bursts": ((0.05, 0.5), (0.3, 2.0)),
}
"""Seconds that a neighbour computes and rests, each drawn evenly from its range; one neighbour a core."""


@contextmanager
def regime(name: str) -> Iterator[None]:
    """The neighbours of a regime, for as long as the context lasts."""
    ranges = REGIMES[name]
    count = len(os.sched_getaffinity(0)) if ranges else 0
    context = multiprocessing.get_context("spawn")
    neighbours = [context.Process(target=_neighbour, args=(i, *ranges), daemon=True) for i in range(count)]
    for neighbour in neighbours:
        neighbour.start()
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.join()


def _neighbour(number: int, work_s: tuple[float, float], rest_s: tuple[float, float]) -> None:
    chance = random.Random(f"{number} {time.time_ns()}")
    parent = os.getppid()
    while os.getppid() == parent:
        until = time.monotonic() + chance.uniform(*work_s)
        while time.monotonic() < until:
            sum(i * i for i in range(10_000))
        time.sleep(chance.uniform(*rest_s))
