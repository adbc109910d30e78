"""Everything composed at the geometry of VideoMAE-base: an int8 student before the int8 model, beside fp32, in time.

    python -m benchmarks.adaptive.full_size --build FOLDER       makes the artefacts that FOLDER lacks
    python -m benchmarks.adaptive.full_size FOLDER               times them, and writes full_size.json beside it

Weights are random, so that no answer says how often the second stage is asked: half of the clips are made to come to
it, both kinds are timed, and the mean weighs them as they were found of the packaged model of the same composition
(cascades.json). One thread, on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.adaptive import cascades
from benchmarks.adaptive.call_times import call_seconds, distribution
from benchmarks.adaptive.cascades import DROPS, FULL, STUDENT, cascade
from benchmarks.duel.__main__ import loaded
from benchmarks.packaged_trial import macs
from benchmarks.techniques.in_turns import place_of
from benchmarks.techniques.recipes import FP32, at_full_size, parsed
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.manifest import FILE
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.compress.exits.confidence import confidence
from pytest_vidcompress.compress.exits.staged_module import TwoStages
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.openvino import OPENVINO
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")
MODEL = "videomae"
FIRST = at_full_size(STUDENT)
COMPOSED = f"cascade:first=({FIRST}),then=({FULL}),threshold=0.5"
"""The threshold is put where half of the clips leave."""
CLIPS, ROUNDS = 16, 2
_RESAMPLES = 2000


def make(folder: Path) -> None:
    """The artefacts."""
    model = loaded(MODEL)
    for text in (FP32, COMPOSED):
        place = place_of(folder, MODEL, text)
        if (place / FILE).exists():
            continue
        # Of random weights ranges say nothing: a clip will do.
        variant = build(parsed(text), model, _clips(model, 1), RUNTIMES)
        variant.save(place)
        print(text, variant.size_bytes(), flush=True)
        add(RESULTS, MODEL, {text: {"bytes": variant.size_bytes()}} | _shares(variant.model, macs(model)))


def _shares(made: Model, whole: int) -> dict[str, dict[str, float]]:
    """Of the uncompressed model's multiply-accumulates, those of both stages of a cascade, by their recipes."""
    if not isinstance(made.module, TwoStages):
        return {}
    stages = {FIRST: made.module.first, FULL: made.module.then}
    return {
        text: {"macs_ratio": round(macs(replace(made, module=each)) / whole, 4)}
        for text, each in stages.items()
    }


def measure(folder: Path, clips: int, rounds: int) -> None:
    """Times fp32, the full model of integers and the cascade over packaged clips, and writes what they take."""
    model = loaded(MODEL)
    runs: dict[str, Any] = {text: load(place_of(folder, MODEL, text)).module for text in (FP32, COMPOSED)}
    # The full model of integers alone is the second stage.
    runs[FULL] = runs[COMPOSED].then
    pixels = [views[:1] for views, _ in _clips(model, clips).batches(1)]
    leaves = _half_leave(runs[COMPOSED], pixels)
    seconds = call_seconds(runs, pixels, rounds)
    here = machine(OPENVINO.version()).facts()
    shares = {text: read(RESULTS)[MODEL][text]["macs_ratio"] for text in (FULL, FIRST)}
    fp32 = seconds[FP32]
    for text in (FP32, FULL):
        row = {
            "mean_ratio": _ratio(seconds[text], fp32),
            "macs_ratio": shares.get(text, 1.0),
            **distribution(seconds[text]),
        }
        add(RESULTS, MODEL, {text: {**row, "seconds": _rounded(seconds[text]), "machine": here}})
        print(text, row, flush=True)
    composed = seconds[COMPOSED]
    for drop in DROPS:
        known = read(cascades.RESULTS)[MODEL][cascade(STUDENT, drop)]
        row = {
            "escalated": known["escalated"],
            "points_lost_on_pocket": known["of_fp32"],
            **_weighted(composed, leaves, fp32, known["escalated"]),
            "of_int8": _weighted(composed, leaves, seconds[FULL], known["escalated"])["mean_ratio"],
            "macs_ratio": round(shares[FIRST] + known["escalated"] * shares[FULL], 4),
        }
        print(drop, row, flush=True)
        seen = {"seconds": _rounded(composed), "leaves": [*map(int, leaves)], "machine": here}
        add(RESULTS, MODEL, {cascade(FIRST, drop): {**row, **seen}})


def _clips(model: Model, number: int) -> Clips:
    """Packaged clips, as a model of random weights is shown them."""
    packaged = pocket()
    ids = {label: model.labels.index(label) for label in packaged.labels}
    return Clips(packaged.clips[:number], packaged.labels, ids, model.profile)


def _half_leave(run: Any, pixels: Sequence[torch.Tensor]) -> list[bool]:
    """Puts the threshold of a cascade between the surer half of its first answers and the others."""
    with torch.inference_mode():
        sure = torch.cat([confidence(run.first(each)) for each in pixels])
    run.threshold = float(sure.sort(descending=True).values[: len(sure) // 2][-1])
    leaves = [bool(each >= run.threshold) for each in sure]
    if not 0.25 <= sum(leaves) / len(leaves) <= 0.75:
        raise SystemExit(f"{sum(leaves)} of {len(leaves)} clips leave: their answers are too much alike")
    return leaves


def _weighted(
    composed: Sequence[float], leaves: Sequence[bool], fp32: Sequence[float], rate: float
) -> dict[str, Any]:
    """The mean at a rate of clips that come to the second stage, beside fp32's, with its bootstrap interval; and the
    quantiles of clips of both kinds at that rate."""
    own, kinds, base = np.array(composed), np.array(leaves), np.array(fp32)
    early, late, chance = own[kinds], own[~kinds], np.random.default_rng(0)

    def drawn(values: Any) -> Any:
        return values[chance.integers(0, len(values), (_RESAMPLES, len(values)))].mean(1)

    resampled = ((1 - rate) * drawn(early) + rate * drawn(late)) / drawn(base)
    mixed = np.concatenate((np.resize(early, round(1e4 * (1 - rate))), np.resize(late, round(1e4 * rate))))
    return {
        "mean_ratio": round(float(((1 - rate) * early.mean() + rate * late.mean()) / base.mean()), 4),
        "interval": [round(float(each), 4) for each in np.quantile(resampled, (0.025, 0.975))],
        **distribution(mixed.tolist()),
    }


def _ratio(seconds: Sequence[float], beside: Sequence[float]) -> float:
    return round(sum(seconds) / sum(beside), 4)


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(each, 5) for each in seconds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="of artefacts: 1 GB")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.build:
        make(given.folder)
    else:
        measure(given.folder, given.clips, given.rounds)


if __name__ == "__main__":
    main()
