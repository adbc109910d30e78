"""How long it takes to find and sample the clips of a full Kinetics-400 validation set, and in how much memory.

python benchmarks/kinetics/index.py FOLDER      # writes index.json beside it

FOLDER is a Kinetics-400 folder with `annotations/val.csv` and at least one video in `val`. Links to these videos
under the names of all the others make a full set, in each layout; a fresh process reads and samples it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median

from pytest_vidcompress.clips.kinetics.layout import Row
from pytest_vidcompress.clips.kinetics.layouts.annotation import ANNOTATION
from pytest_vidcompress.clips.kinetics.layouts.folders import SPELLINGS
from pytest_vidcompress.clips.kinetics.listing import Tree
from pytest_vidcompress.clips.kinetics.official import official_names

RUNS = 5
SAMPLE = 1000
READER = f"""
import json, resource, sys, time
began = time.perf_counter()
from pathlib import Path
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.clips.sample import sample
imported = time.perf_counter()
clips = read_kinetics(Path(sys.argv[1]))
read = time.perf_counter()
picked = sample(clips.clips, {SAMPLE}, 0)
sampled = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps(dict(
    layout=clips.describe(), sampled=len(picked), import_s=imported - began, read_s=read - imported,
    sample_s=sampled - read, peak_bytes=peak, torch="torch" in sys.modules,
)))
"""


def flat(folder: Path, rows: Sequence[Row], videos: Iterable[Path], table: Path) -> Path:
    """As the CVDF copy: one folder of all videos, and the annotations."""
    (folder / "annotations").mkdir(parents=True)
    (folder / "annotations" / "val.csv").write_bytes(table.read_bytes())
    (folder / "val").mkdir()
    for row, video in zip(rows, videos, strict=False):
        link(video, folder / "val" / row.file)
    return folder


def classes(folder: Path, rows: Sequence[Row], videos: Iterable[Path], table: Path) -> Path:
    """As torchvision: a folder for each label, no annotations."""
    spell = SPELLINGS["torchvision"]
    for label in official_names():
        (folder / "val" / spell(label)).mkdir(parents=True)
    for row, video in zip(rows, videos, strict=False):
        link(video, folder / "val" / spell(row.label) / row.file)
    return folder


def listed(folder: Path, rows: Sequence[Row], videos: Iterable[Path], table: Path) -> Path:
    """As mmaction2: class folders, and a list of paths and ids."""
    spell = SPELLINGS["mmaction2"]
    for label in official_names():
        (folder / "videos_val" / spell(label)).mkdir(parents=True)
    ids = {label: number for number, label in enumerate(official_names())}
    lines: list[str] = []
    for row, video in zip(rows, videos, strict=False):
        path = f"{spell(row.label)}/{row.file}"
        link(video, folder / "videos_val" / path)
        lines.append(f"{path} {ids[row.label]}\n")
    (folder / "kinetics400_val_list_videos.txt").write_text("".join(lines), encoding="utf-8")
    return folder


LAYOUTS: dict[str, Callable[[Path, Sequence[Row], Iterable[Path], Path], Path]] = {
    "flat folder": flat,
    "class folders": classes,
    "list of paths": listed,
}


def link(video: Path, place: Path) -> None:
    try:
        os.link(video, place)
    except OSError:
        # Another disk.
        place.symlink_to(video)


def measure(folder: Path) -> dict[str, object]:
    """The medians of some fresh processes; memory is the largest."""
    runs: list[dict[str, float]] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        out = subprocess.run(
            [sys.executable, "-c", READER, str(folder)], check=True, capture_output=True, text=True
        )
        runs.append({**json.loads(out.stdout), "process_s": time.perf_counter() - began})
    times = ("process_s", "import_s", "read_s", "sample_s")
    return {
        **{key: runs[0][key] for key in ("layout", "sampled", "torch")},
        **{key: round(median(run[key] for run in runs), 3) for key in times},
        "slowest_process_s": round(max(run["process_s"] for run in runs), 3),
        "peak_mb": round(max(run["peak_bytes"] for run in runs) / 1e6, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the index of a full Kinetics-400 validation set.")
    parser.add_argument("folder", type=Path, help="a Kinetics-400 folder with annotations and some videos")
    source = parser.parse_args().folder.resolve()
    table = source / "annotations" / "val.csv"
    rows = ANNOTATION.read(table, Tree()).rows
    videos = sorted((source / "val").glob("*.mp4"))
    results: dict[str, object] = {
        "python": platform.python_version(),
        "system": platform.system(),
        "rows": len(rows),
        "videos_linked": len(videos),
        "runs": RUNS,
    }
    for name, lay_out in LAYOUTS.items():
        with tempfile.TemporaryDirectory() as place:
            results[name] = measure(lay_out(Path(place) / "k400", rows, cycle(videos), table))
        print(name, results[name])
    text = json.dumps(results, indent=2) + "\n"
    Path(__file__).with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
