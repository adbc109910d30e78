"""Full-size models of random weights: what recipes make of them takes, by calls in turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch

from benchmarks.duel.__main__ import loaded, ratio, timed
from benchmarks.duel.contender import Contender, logits_of
from benchmarks.packaged_trial import macs
from benchmarks.techniques.recipes import FP32, parsed
from benchmarks.techniques.rows import Row
from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES

CLIPS = 4
"""That calibrate: of random weights the ranges say nothing, and time does not depend on them."""
ROUNDS, THREADS = 12, 1
Seconds = dict[str, list[float]]
"""Recipe -> one call in every round."""


def calibration(model: Model, number: int = CLIPS) -> Clips:
    """Packaged clips that no test takes."""
    packaged = pocket()
    ids = {label: model.labels.index(label) for label in packaged.labels}
    return Clips(packaged.spare[:number], packaged.labels, ids, model.profile)


def place_of(folder: Path, name: str, text: str) -> Path:
    """Where the artefact of a recipe lies."""
    return folder / name.replace(":", "-") / text.replace(":", " ").replace(",", " ")


def contender(place: Path) -> Contender:
    """The artefact that lies there."""
    artefact = load(place)
    return Contender(logits_of(artefact.module), artefact.size_bytes())


def timing(times: Sequence[float], reference: Sequence[float], threads: int) -> Row:
    """Of one recipe, beside fp32 in the same rounds."""
    here = {"threads": threads, **machine(f"torch{torch.__version__}").facts()}
    return {
        **ratio([*times], [*reference]),
        "seconds": [round(each, 4) for each in times],
        "machine": here,
    }


def in_turns(name: str, recipes: Iterable[str], folder: Path) -> tuple[dict[str, Row], Seconds]:
    """A row a recipe, of which fp32 is one, and all seconds; artefacts are made in the folder and timed together."""
    torch.set_num_threads(THREADS)
    model = loaded(name)
    clips, whole = calibration(model), macs(model)
    built: dict[str, Contender] = {}
    shares: dict[str, float] = {}
    for text in recipes:
        place = place_of(folder, name, text)
        variant = build(parsed(text), model, clips, RUNTIMES)
        shares[text] = round(macs(variant.model) / whole, 4)
        variant.save(place)
        del variant
        built[text] = contender(place)
    seconds = timed(built, example_pixels(model.profile, seed=0), ROUNDS)
    rows = {
        text: {"macs_ratio": shares[text], **timing(times, seconds[FP32], THREADS)}
        for text, times in seconds.items()
    }
    return rows, seconds
