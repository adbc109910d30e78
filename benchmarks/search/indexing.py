"""How fast `vidcompress index` is beside the model's own forward over the same pixels.

    python -m benchmarks.search.indexing [--clips=1000] [--turns=10] [MODEL ...]

The packaged clips and, where more are asked for, copies that differ in their last bytes. A turn is a share of the
clips, indexed into a new file, and shown to the model as it takes them from memory, in an order drawn anew: the ratio
is of the same clips a moment apart. `wide` is a VideoMAE of random weights whose forward takes tens of milliseconds,
between the packaged models and the published ones. Writes indexing.json beside it, a model at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import torch

from pytest_vidcompress.clips.crops.windows import PartJob, Windows, parts_of
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.measure.from_file.arm import Arm
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.torch_eager import TORCH, version
from pytest_vidcompress.search.embedded_files import direction_of
from pytest_vidcompress.search.embedding import embedding_model
from pytest_vidcompress.search.index.index_file import opened
from pytest_vidcompress.search.index.index_folder import index_folder
from pytest_vidcompress.search.index.made_by import MadeBy

RESULTS = Path(__file__).with_suffix(".json")
WIDE = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536}
MADE_BY = MadeBy("drawn", "drawn", "fp32", "torch", "0" * 16, "none", "drawn", 1)
_SUFFIX = ".mp4"


def model_of(name: str) -> Model:
    if name != "wide":
        return load(name, (), "--label")
    from transformers import VideoMAEConfig, VideoMAEForVideoClassification

    small = load("videomae", (), "--label")
    torch.manual_seed(0)
    own: Any = small.module.config
    settings = {key: getattr(own, key) for key in ("image_size", "num_frames", "patch_size", "tubelet_size")}
    module: Any = VideoMAEForVideoClassification(VideoMAEConfig(**settings, **WIDE))
    return replace(small, name="wide", module=module.eval())


def laid_out(folder: Path, count: int, turns: int) -> list[Path]:
    """Clips with distinct contents, in a folder for each turn."""
    clips = [Path(str(clip.source)) for clip in pocket().clips]
    folders = [folder / str(turn) for turn in range(turns)]
    for number in range(count):
        place = folders[number % turns] / f"{number}{_SUFFIX}"
        place.parent.mkdir(exist_ok=True)
        shutil.copy(clips[number % len(clips)], place)
        if number >= len(clips):
            with place.open("ab") as file:
                spare = bytes(number // len(clips))
                file.write((8 + len(spare)).to_bytes(4, "big") + b"free" + spare)
    return folders


def turn(folder: Path, arm: Arm, dice: random.Random) -> dict[str, float]:
    """Seconds of both, over the clips of one folder."""
    job = PartJob(arm.profile.crop_spec, Windows())
    crops = [part.crops for path in sorted(folder.iterdir()) for part in parts_of(path, job)]
    inputs = [arm.as_input(window) for each in crops for window in torch.from_numpy(each)]

    def indexed() -> None:
        with opened(folder.parent / f"index {folder.name}", to_write=True) as index:
            index.describe(MADE_BY, folder)
            tally = index_folder(index, folder, arm, Windows(), "fp32")
        assert tally.windows == len(inputs), tally

    def forward() -> None:
        for pixels in inputs:
            direction_of(arm, pixels)

    seconds = dict[str, float]()
    for call in dice.sample((indexed, forward), 2):
        began = time.perf_counter()
        call()
        seconds[call.__name__] = time.perf_counter() - began
    return seconds


def measured(name: str, count: int, turns: int) -> dict[str, Any]:
    embeds = embedding_model(model_of(name))
    arm, dice = Arm.alone(TORCH.prepare(embeds), embeds.profile, torch.device("cpu")), random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        rounds = [turn(place, arm, dice) for place in laid_out(Path(folder), count, turns)]
    ratios = [each["forward"] / each["indexed"] for each in rounds]
    # Of a single turn there is no spread.
    low, middle, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return {
        "machine": machine(version()).slug,
        "clips": count,
        "forward_ms": 1e3 * sum(each["forward"] for each in rounds) / count,
        "speed_of_forward": {"median": middle, "quartiles": [low, high], "of_all_time": _of_all(rounds)},
        "load": os.getloadavg()[0],
        "rounds": rounds,
    }


def _of_all(rounds: Sequence[dict[str, float]]) -> float:
    forward, indexed = (sum(each[name] for each in rounds) for name in ("forward", "indexed"))
    return forward / indexed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*", default=["videomae", "wide"])
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=10)
    arguments = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in arguments.models:
        results[name] = measured(name, arguments.clips, arguments.turns)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(name, {key: value for key, value in results[name].items() if key != "rounds"})


if __name__ == "__main__":
    main()
