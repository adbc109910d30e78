"""CPU time of reading the frames that published protocols want, beside plain loops over PyAV and OpenCV.

    python -m benchmarks.decode.speed [FOLDER WITH CLIPS]        two minutes a round; OpenCV only if installed

Contenders read the same frames of the same clip one right after another, in an order drawn anew each time. A
ratio is of one such pair; its median and quartiles are over all clips and rounds. CPU time is that of the whole
process, threads included. Every contender's pixels are compared. Writes benchmarks/decode/speed.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.decode.contenders import CONTENDERS, pyav_all
from benchmarks.decode.media import media
from pytest_vidcompress.clips.crops.sampling import indices

RESULT = Path(__file__).with_suffix(".json")
OURS = "pytest-vidcompress"


def timesformer(count: int, fps: float) -> Sequence[int]:
    """8 frames over 256 of 30 a second."""
    return indices(count, fps, 8, 32, "span")


def videomae(count: int, fps: float) -> Sequence[int]:
    """16 frames, 4 apart, from the middle."""
    return indices(count, fps, 16, 4, "stride")


def videomae_five(count: int, fps: float) -> Sequence[int]:
    """Five such runs over the whole clip; those that overlap share frames."""
    grid = range(0, count, 4)
    return sorted(grid[int(clip * (len(grid) - 16) / 4) + k] for clip in range(5) for k in range(16))


PLANS = {
    "TimeSformer, 8 frames": timesformer,
    "VideoMAE, 16 frames": videomae,
    "VideoMAE, 5 x 16 frames": videomae_five,
}


def measure(clips: Sequence[Path], rounds: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Seconds of each contender by plan, clip and round, and how far its pixels are from full decoding's."""
    names = [name for name in CONTENDERS if "OpenCV" not in name or find_spec("cv2")]
    apart = dict.fromkeys(names, 0)
    turns: list[dict[str, Any]] = []
    dice = random.Random(0)
    for number in range(rounds):
        for path in clips:
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                count, fps = stream.frames, float(stream.average_rate or 30)
            for plan, wants in PLANS.items():
                wanted = sorted(set(wants(count, fps)))
                expected = pyav_all(path, wanted).astype(np.int16) if number == 0 else None
                seconds: dict[str, float] = {}
                for name in dice.sample(names, len(names)):
                    began = time.process_time()
                    pixels = CONTENDERS[name](path, wanted)
                    seconds[name] = time.process_time() - began
                    if expected is not None:
                        apart[name] = max(apart[name], int(np.abs(pixels - expected).max()))
                turns.append({"plan": plan, "clip": path.stem, "round": number, "seconds": seconds})
        print(f"round {number + 1} of {rounds}", flush=True)
    return turns, apart


def ratios(turns: Sequence[dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """Per plan and contender: our time to its, quartiles over pairs, and of all time together."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for plan in PLANS:
        of_plan = [turn["seconds"] for turn in turns if turn["plan"] == plan]
        for name in of_plan[0]:
            if name == OURS:
                continue
            low, middle, high = statistics.quantiles([s[OURS] / s[name] for s in of_plan], n=4)
            total = sum(s[OURS] for s in of_plan) / sum(s[name] for s in of_plan)
            row = {"median": middle, "quartiles": [low, high], "of all time": total}
            table.setdefault(plan, {})[name] = row
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clips", nargs="?", type=Path, default=media() / "kinetics400" / "val")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--result", type=Path, default=RESULT)
    arguments = parser.parse_args()
    turns, apart = measure(sorted(arguments.clips.glob("*.mp4")), arguments.rounds)
    table = ratios(turns)
    for plan, rows in table.items():
        print(f"\n{plan}: our CPU time to that of")
        for name, row in rows.items():
            low, high = row["quartiles"]
            print(f"  {name:48} {row['median']:.2f}  ({low:.2f} to {high:.2f}; all {row['of all time']:.2f})")
    print("\nlargest difference of a pixel from full decoding:", apart)
    versions = {"av": version("av"), "ffmpeg": av.ffmpeg_version_info, "python": platform.python_version()}
    if find_spec("cv2"):
        import cv2

        versions["opencv"] = cv2.__version__
    result = {"versions": versions, "ratios": table, "largest pixel difference": apart, "turns": turns}
    arguments.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
