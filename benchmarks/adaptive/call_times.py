"""Calls in turns over clips, of what may take another time for each of them: how they lie, and what is saved."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

import numpy as np
import torch

from pytest_vidcompress.measure.interval import quantile
from pytest_vidcompress.measure.latency.machine_lock import machine_to_ourselves
from pytest_vidcompress.runtimes.two_stages import StagesRun

Run = Callable[[torch.Tensor], Any]
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95}
_RESAMPLES = 2000


def call_seconds(
    runs: Mapping[str, Run], clips: Sequence[torch.Tensor], rounds: int
) -> dict[str, list[float]]:
    """Seconds of a call for each clip, the median of the rounds; with a clip all runs are called one after the other,
    in an order that changes."""
    order, chance = [*runs], random.Random(0)
    seconds: dict[str, list[list[float]]] = {name: [[] for _ in clips] for name in runs}
    with machine_to_ourselves(), torch.inference_mode():
        for part in (part for run in runs.values() for part in _parts(run)):
            part(clips[0])  # compiles
        for _ in range(rounds):
            for place, clip in enumerate(clips):
                chance.shuffle(order)
                for name in order:
                    started = time.perf_counter()
                    runs[name](clip)
                    seconds[name][place].append(time.perf_counter() - started)
    return {name: [median(each) for each in of_clips] for name, of_clips in seconds.items()}


def _parts(run: Run) -> tuple[Run, ...]:
    return (run.first, run.then) if isinstance(run, StagesRun) else (run,)


def distribution(seconds: Sequence[float]) -> dict[str, float]:
    """Over clips: the mean and some quantiles, milliseconds."""
    found = {"mean": fmean(seconds), **{name: quantile(seconds, share) for name, share in QUANTILES.items()}}
    return {f"{name}_ms": round(1e3 * value, 4) for name, value in found.items()}


def ratio_of_means(seconds: Sequence[float], beside: Sequence[float]) -> dict[str, Any]:
    """Of the same clips, with its bootstrap interval of 95 % over them."""
    ours, theirs = np.array(seconds), np.array(beside)
    drawn = np.random.default_rng(0).integers(0, len(ours), (_RESAMPLES, len(ours)))
    ratios = ours[drawn].mean(1) / theirs[drawn].mean(1)
    return {
        "mean_ratio": round(float(ours.mean() / theirs.mean()), 4),
        "interval": [round(float(each), 4) for each in np.quantile(ratios, (0.025, 0.975))],
    }
