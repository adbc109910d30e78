"""What fewer tokens save in time at full size: random weights, calls in turns with fp32.

    python -m benchmarks.tokens.latency FOLDER [MODEL]         writes latency.json beside it; artefacts go to FOLDER

Time does not depend on the weights; that of run-length depends on the clip, and noise stands nowhere still.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from benchmarks.duel.__main__ import loaded, ratio, timed
from benchmarks.duel.contender import Contender, logits_of
from benchmarks.packaged_trial import macs
from benchmarks.techniques.full_size import CLIPS
from benchmarks.techniques.recipes import FP32
from benchmarks.techniques.rows import add
from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.runtimes.registry import RUNTIMES

RESULTS = Path(__file__).with_suffix(".json")
EAGER = (FP32, "merge-tokens", "drop-tokens", "prune-tokens")
INTEGERS = (
    "fuse+int8-static",
    "fuse+merge-tokens+int8-static",
    "fuse+merge-tokens:schedule=once+int8-static",
    "fuse+drop-tokens+int8-static",
    "fuse+prune-tokens+int8-static",
)
MODELS = ("videomae", "timesformer")
ROUNDS, THREADS = 12, 1


def main(folder: Path, names: list[str]) -> None:
    torch.set_num_threads(THREADS)
    for name in names or MODELS:
        model, packaged = loaded(name), pocket()
        ids = {label: model.labels.index(label) for label in packaged.labels}
        clips = Clips(packaged.spare[:CLIPS], packaged.labels, ids, model.profile)
        built, shares, whole = {}, {}, macs(model)
        for text in (*EAGER, *INTEGERS):
            place = folder / name / text.replace(":", " ")
            variant = build(parse(text, TECHNIQUES), model, clips, RUNTIMES)
            shares[text] = round(macs(variant.model) / whole, 4)
            variant.save(place)
            del variant
            artefact = load(place)
            built[text] = Contender(logits_of(artefact.module), artefact.size_bytes())
        seconds = timed(built, example_pixels(model.profile, seed=0), ROUNDS)
        here = {"threads": THREADS, **machine(f"torch{torch.__version__}").facts()}
        for text, times in seconds.items():
            beside = FP32 if text in EAGER else INTEGERS[0]
            row = {
                "macs_ratio": shares[text],
                **ratio(times, seconds[FP32]),
                "beside": {beside: ratio(times, seconds[beside])},
                "seconds": [round(each, 4) for each in times],
                "machine": here,
            }
            print(name, text, row["macs_ratio"], row["latency_ratio"], row["beside"], flush=True)
            add(RESULTS, name, {text: row})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
