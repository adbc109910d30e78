"""How much of what `va-red` saves on paper is saved on a clock: policies that are forced, calls in turns.

    python -m benchmarks.va_red.latency [MODEL]          writes latency.json beside it; full-size R(2+1)D by default

Random weights: with the options given, time does not depend on them. The policy networks run and are not asked. Two
threads, one clip, all as a user gets it. Every row is set beside that of a policy which computes all; `fuse` is the
reference with its batch norms folded as `va-red` folds them. `pocket:r2plus1d` tries it out in seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import nn

from benchmarks.duel.__main__ import loaded, ratio, timed
from benchmarks.duel.contender import Contender, logits_of
from benchmarks.techniques.rows import add
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.va_red.gated_network import begin, in_use, learning
from pytest_vidcompress.compress.va_red.gated_sites import sites_of
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from pytest_vidcompress.compress.va_red.skipping_convolution import Options, SkippingConvolution
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model

RESULTS = Path(__file__).with_suffix(".json")
ROUNDS, THREADS = 32, 2
WHOLE = "all filters, all frames"
POLICIES = {
    WHOLE: Options((0,), (0,)),
    "half of the filters": Options((1,), (0,)),
    "half of the frames": Options((0,), (1,)),
    "half of both": Options((1,), (1,)),
    "a quarter of the filters": Options((2,), (0,)),
    "a quarter of the frames": Options((0,), (2,)),
    "a quarter of both": Options((2,), (2,)),
}
REFERENCES = ("fp32", "fuse")
"""Ungated, as it is and with folded batch norms."""


def gated(model: Model) -> nn.Module:
    """As `va-red` leaves it when it has learned nothing yet."""
    network = learning(model.copy().module, sites_of(model.module), SearchSpace(3, soft=False))
    begin(network, example_pixels(model.profile, seed=1))
    return in_use(network)


def forcing(module: nn.Module, options: Options) -> Callable[[torch.Tensor], torch.Tensor]:
    """The module with the same options taken everywhere."""
    parts = [part for part in module.modules() if isinstance(part, SkippingConvolution)]
    answer = logits_of(module)

    def run(pixels: torch.Tensor) -> Any:
        for part in parts:
            part.forced = options
        return answer(pixels)

    return run


def fused(model: Model) -> nn.Module:
    nobody = Clips((), model.labels, {}, model.profile)
    return parse("fuse", TECHNIQUES).apply(model.copy(), nobody).module


def main(name: str = "r2plus1d") -> None:
    torch.set_num_threads(THREADS)
    model = loaded(name)
    module, pixels = gated(model), example_pixels(model.profile, seed=0)
    runs = {text: forcing(module, options) for text, options in POLICIES.items()}
    runs |= dict(zip(REFERENCES, (logits_of(model.copy().module), logits_of(fused(model))), strict=True))
    macs = {text: work(run, pixels).total for text, run in runs.items()}
    seconds = timed({text: Contender(run, 0) for text, run in runs.items()}, pixels, ROUNDS)
    here = {"threads": THREADS, **machine(f"torch{torch.__version__}").facts()}
    for text, times in seconds.items():
        row: dict[str, Any] = {
            "macs": macs[text],
            "macs_ratio": round(macs[text] / macs[WHOLE], 4),
            **ratio(times, seconds[WHOLE]),
            "median_s": round(median(times), 4),
            "seconds": [round(each, 4) for each in times],
            "machine": here,
        }
        if macs[text] < 0.9 * macs[WHOLE]:
            saved = 1 - row["macs_ratio"]
            row["seconds_per_macs_saved"] = round((1 - row["latency_ratio"]) / saved, 3)
            row["its_interval"] = [round((1 - end) / saved, 3) for end in reversed(row["interval"])]
        print(text, {key: row[key] for key in row if key not in ("seconds", "machine")}, flush=True)
        add(RESULTS, name, {text: row})


if __name__ == "__main__":
    main(*sys.argv[1:])
