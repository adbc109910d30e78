"""Clips from disk to model input, against decoding alone: does what is around the decoder slow it down?

    python -m benchmarks.kinetics.throughput FOLDER [--clips 1000] [--turn 40] [--cores 2]

FOLDER has some real Kinetics clips. They are copied under other names until there are enough, each copy with
bytes of its own behind the video, so that no two are one entry of the cache. Two arms take turns on the same
clips, A B, B A, because other work may slow this machine for a while:

    flow      `Clips.batches(1)` with an empty cache: hashed, decoded, kept, handed over, normalised
    decoder   as many processes as cores, each of which only decodes and crops

`speed` is the decoder's seconds over the flow's, of each turn; `cpu` the same of processor seconds, which other work
hardly moves. Starting processes is apart: the flow's first clips until its workers are busy (`start_s`) are in no
turn, but they are in `whole`: all the flow's seconds for the set against the decoder's. Afterwards the clips flow
again in a fresh object, from the cache; `cached` is how many times as fast. All files are in the system's memory,
as after a download; a slow disk would slow both arms. Each call appends to throughput.json beside this file.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.crops.worker_pool import settle
from pytest_vidcompress.clips.loader import Clips, Decoding
from pytest_vidcompress.clips.profile import Profile

RESULTS = Path(__file__).parent / "throughput.json"
VIDEOMAE = Profile(16, 4, 224, sampling="stride")
STARTING = 8
"""Clips until the workers are busy."""
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--turn", type=int, default=40, help="clips; a multiple of those in FOLDER")
    parser.add_argument("--cores", type=int, default=2)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    with tempfile.TemporaryDirectory(prefix="throughput-") as scratch:
        paths = copies(arguments.folder, arguments.clips, Path(scratch) / "val")
        found = measure(paths, arguments.turn, arguments.cores, Path(scratch) / "cache")
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    RESULTS.write_text(json.dumps([*known, found], indent=1) + "\n")
    print({name: value for name, value in found.items() if name != "turns"})


def copies(folder: Path, number: int, to: Path) -> list[Path]:
    originals = sorted(folder.rglob("*.mp4"))
    to.mkdir()
    made: list[Path] = []
    for place in range(number):
        path = to / f"{place:06d}.mp4"
        shutil.copyfile(originals[place % len(originals)], path)
        with path.open("ab") as file:
            # A box of an mp4 that readers pass over.
            file.write((16).to_bytes(4, "big") + b"free" + place.to_bytes(8, "big"))
        made.append(path)
    return made


def measure(paths: list[Path], turn: int, cores: int, cache: Path) -> dict[str, object]:
    with multiprocessing.get_context("spawn").Pool(cores, torch.set_num_threads, (1,)) as pool:
        pool.map(decode_only, [paths[0]] * cores, chunksize=1)
        pool_pids = [process.pid for process in multiprocessing.active_children()]
        batches = flow(paths, cache)
        began = time.perf_counter()
        for _ in range(STARTING):
            next(batches)
        settle()
        start_s = time.perf_counter() - began
        flow_pids = [os.getpid(), *(pid for pid in children() if pid not in pool_pids)]

        def flowing(turned: list[Path]) -> None:
            for _ in turned:
                next(batches)
            settle()

        def decoding(turned: list[Path]) -> None:
            for _ in pool.imap_unordered(decode_only, turned):
                pass

        turns: list[dict[str, float]] = []
        for number, first in enumerate(range(STARTING, len(paths) - turn + 1, turn)):
            turned = paths[first : first + turn]
            arms = [("flow", flowing, flow_pids), ("decoder", decoding, pool_pids)]
            seconds: dict[str, float] = {}
            for name, arm, pids in arms[:: -1 if number % 2 else 1]:
                seconds |= timed(name, lambda arm=arm, turned=turned: arm(turned), pids)
            turns.append(seconds)
            print(json.dumps(seconds), flush=True)
        batches.close()
    flow_s, decoder_s = (sum(each[f"{arm}_s"] for each in turns) for arm in ("flow", "decoder"))
    clips = turn * len(turns)
    began = time.perf_counter()
    again = sum(1 for _, _ in zip(range(clips), flow(paths, cache), strict=False))
    cached_s = time.perf_counter() - began
    assert again == clips
    return {
        "clips": STARTING + clips,
        "cores": cores,
        "profile": VIDEOMAE.protocol,
        "torch": torch.__version__,
        "start_s": round(start_s, 2),
        "speed": spread([each["decoder_s"] / each["flow_s"] for each in turns]),
        "cpu": spread([each["decoder_cpu_s"] / each["flow_cpu_s"] for each in turns]),
        "whole": round(decoder_s * (1 + STARTING / clips) / (flow_s + start_s), 3),
        "cached": round(flow_s / cached_s, 1),
        "turns": turns,
    }


def flow(paths: list[Path], cache: Path) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    clips = [Clip(path.stem, "label", path) for path in paths]
    return Clips(clips, ["label"], {"label": 0}, VIDEOMAE, Decoding(Shelf(cache, 20 * 10**9))).batches(1)


def decode_only(path: Path) -> None:
    crops_of(path, VIDEOMAE)


def timed(name: str, arm: Callable[[], None], pids: list[int]) -> dict[str, float]:
    cpu_s, began = sum(map(cpu_seconds, pids)), time.perf_counter()
    arm()
    seconds = time.perf_counter() - began
    return {
        f"{name}_s": round(seconds, 3),
        f"{name}_cpu_s": round(sum(map(cpu_seconds, pids)) - cpu_s, 3),
    }


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children() -> list[int]:
    found = Path("/proc").glob("[0-9]*/stat")
    fields = {int(path.parent.name): path.read_text().rpartition(")")[2].split() for path in found}
    return [pid for pid, each in fields.items() if int(each[1]) == os.getpid()]


def spread(values: list[float]) -> dict[str, float]:
    low, median, high = statistics.quantiles(values, n=4)
    return {"quarter": round(low, 3), "median": round(median, 3), "three_quarters": round(high, 3)}


if __name__ == "__main__":
    main()
