"""What every recipe takes at full size: bytes, multiply-accumulates, and time by calls in turns; random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from benchmarks.duel.__main__ import loaded, timed
from benchmarks.packaged_trial import macs
from benchmarks.techniques.in_turns import calibration, contender, place_of, timing
from benchmarks.techniques.recipes import FP32, RECIPES, at_full_size, parsed
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips, Decoding
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.training_inputs import Reserved
from pytest_vidcompress.run.training_inputs import lessons as lessons_of
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")


def recipes() -> list[str]:
    """Each once, as it is at full size."""
    return [*dict.fromkeys(map(at_full_size, RECIPES))]


def prepare(name: str, folder: Path) -> None:
    """Makes the artefacts that are not there yet, and writes the bytes and the multiply-accumulates of each.

    Args:
        name: as the duel calls it.
        folder: a folder of artefacts for each model.
    """
    model = loaded(name)
    clips, whole = calibration(model), macs(model)
    for text in recipes():
        if text in rows_of(name) and place_of(folder, name, text).exists():
            continue
        recipe = parsed(text)
        given = _lessons(model, clips) if recipe.learns else None
        variant = build(recipe, model, clips, RUNTIMES, lessons=given)
        variant.save(place_of(folder, name, text))
        row = {"bytes": variant.size_bytes(), "macs_ratio": round(macs(variant.model) / whole, 4)}
        print(name, text, row, flush=True)
        add(RESULTS, name, {text: row})
        del variant


def time_all(name: str, folder: Path, rounds: int, threads: int) -> None:
    """Times all artefacts in one alternation, and writes the ratio of each to fp32, within a round."""
    torch.set_num_threads(threads)
    built = {}
    for text in recipes():
        built[text] = contender(place_of(folder, name, text))
        print(name, "loaded", text, flush=True)
    seconds = timed(built, example_pixels(loaded(name).profile, seed=0), rounds)
    for text, times in seconds.items():
        row = timing(times, seconds[FP32], threads)
        print(name, text, row["latency_ratio"], row["interval"], flush=True)
        add(RESULTS, name, {text: row})


def rows_of(name: str) -> dict[str, dict[str, Any]]:
    """Recipe, as it is at full size, -> what it takes; of what was measured."""
    return read(RESULTS).get(name, {})


def size_ratio(name: str, row: dict[str, Any]) -> float:
    """Of a row's bytes, to fp32's."""
    return row["bytes"] / rows_of(name)[FP32]["bytes"]


def _lessons(model: Model, clips: Clips) -> Lessons:
    return lessons_of(model, pocket(), Reserved((), clips.sample), Decoding())
