"""How fast `vidcompress index` is beside the model's own forward over the same pixels.

    python -m benchmarks.search.indexing [--clips=1000] [--stretches=20] [MODEL ...]

Videos are indexed into one file. After every stretch of them the index waits, and the model is shown what it has just
seen, taken from memory: the ratio is of the same clips a moment apart. What has been begun ahead by then, a few
videos, is waited for first, in the time of the index: of short stretches only the ratio of all time says something.

`videomae` is the packaged model on packaged clips and, where more are asked for, copies that differ in their last
bytes; `wide` a VideoMAE of random weights whose forward takes tens of milliseconds on the same clips; `base` has the
geometry of the published ones, on copies of the real clips beside the project. Writes indexing.json beside it, a
model at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import torch

from benchmarks.decode import media as real_videos
from pytest_vidcompress.clips.crops.windows import PartJob, Windows
from pytest_vidcompress.clips.crops.worker_pool import settle
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
from pytest_vidcompress.search.index.streams import Streams

RESULTS = Path(__file__).with_suffix(".json")
OF_THE_PACKAGED = ("image_size", "num_frames", "patch_size", "tubelet_size")
WIDE = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536}
BASE = {"image_size": 224, "num_frames": 16, "patch_size": 16, "tubelet_size": 2}
"""With transformers' defaults: VideoMAE-base."""
MADE_BY = MadeBy("drawn", "drawn", "fp32", "torch", "0" * 16, "none", "drawn", 1)
_SUFFIX = ".mp4"


def model_of(name: str) -> Model:
    small = load("videomae", (), "--label")
    if name == "videomae":
        return small
    from transformers import VideoMAEConfig, VideoMAEForVideoClassification

    own: Any = small.module.config
    settings = BASE if name == "base" else {key: getattr(own, key) for key in OF_THE_PACKAGED} | WIDE
    torch.manual_seed(0)
    module: Any = VideoMAEForVideoClassification(VideoMAEConfig(**settings))
    size, frames = settings["image_size"], settings["num_frames"]
    profile = replace(small.profile, size=size, frames=frames)
    return replace(small, name=name, module=module.eval(), profile=profile)


def clips_of(name: str) -> list[Path]:
    if name == "base":
        return sorted((real_videos.media() / "kinetics400" / "val").rglob(f"*{_SUFFIX}"))
    return [Path(str(clip.source)) for clip in pocket().clips]


def laid_out(folder: Path, clips: list[Path], count: int) -> None:
    """As many clips with distinct contents."""
    for number in range(count):
        place = folder / f"{number:05}{_SUFFIX}"
        shutil.copy(clips[number % len(clips)], place)
        if number >= len(clips):
            with place.open("ab") as file:
                spare = bytes(number // len(clips))
                file.write((8 + len(spare)).to_bytes(4, "big") + b"free" + spare)


@dataclass
class Stretches:
    """Seconds of indexing and of the forward alone, in turns; called when a video has been indexed."""

    arm: Arm
    clips: list[torch.Tensor]
    """Pixels of each content."""
    length: int
    """Videos of a stretch."""
    threads: int
    """Of a call of the forward alone."""
    of_index: int
    """Of a call in a stream: set anew after the forward, because they are the process's in part."""
    seconds: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    began: float = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if done % self.length and done < total:
            return
        settle()
        indexed = time.perf_counter()
        first = len(self.seconds) * self.length
        torch.set_num_threads(self.threads)
        for number in range(first, done):
            direction_of(self.arm, self.clips[number % len(self.clips)])
        forward, indexed = time.perf_counter() - indexed, indexed - self.began
        torch.set_num_threads(self.of_index)
        self.seconds.append({"videos": done - first, "indexed": indexed, "forward": forward})
        self.began = time.perf_counter()


def measured(name: str, count: int, stretches: int) -> dict[str, Any]:
    embeds, clips = embedding_model(model_of(name)), clips_of(name)
    arm = Arm.alone(TORCH.prepare(embeds), embeds.profile, torch.device("cpu"))
    job = PartJob(arm.profile.crop_spec, Windows())
    pixels = [arm.as_input(torch.from_numpy(job(path).crops[0])) for path in clips[:count]]
    for each in pixels[:3]:
        direction_of(arm, each)
    threads = torch.get_num_threads(), Streams.of(arm).threads
    both = Stretches(arm, pixels, max(1, count // stretches), *threads)
    with tempfile.TemporaryDirectory() as folder:
        videos = Path(folder) / "videos"
        videos.mkdir()
        laid_out(videos, clips, count)
        both.began = time.perf_counter()
        with opened(Path(folder) / "index", to_write=True) as index:
            index.describe(MADE_BY, videos)
            tally = index_folder(index, videos, arm, Windows(), "fp32", both)
    assert tally.windows == count, tally
    return {
        "machine": machine(version()).slug,
        "videos": count,
        **_in_short(both.seconds),
        "rounds": both.seconds,
    }


def _in_short(rounds: list[dict[str, float]]) -> dict[str, Any]:
    indexed, forward, videos = (sum(each[key] for each in rounds) for key in ("indexed", "forward", "videos"))
    low, middle, high = quantiles([each["forward"] / each["indexed"] for each in rounds], n=4)
    return {
        "forward_ms": 1e3 * forward / videos,
        "speed_of_forward": {"median": middle, "quartiles": [low, high], "of_all_time": forward / indexed},
        "load": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", nargs="*", default=["videomae", "wide"])
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--stretches", type=int, default=20)
    arguments = parser.parse_args()
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in arguments.models:
        results[name] = measured(name, arguments.clips, arguments.stretches)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(name, {key: value for key, value in results[name].items() if key != "rounds"})


if __name__ == "__main__":
    main()
