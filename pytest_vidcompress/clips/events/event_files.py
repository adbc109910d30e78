"""Writes the packaged clips of the set `events`: `python -m pytest_vidcompress.clips.events.event_files FOLDER`.

The spare clips beside it are `--clips 60 --first 400`.
"""

from __future__ import annotations

import csv
from pathlib import Path

from ..drawn.encode import Progress, run, write_video
from .drawing import render
from .plan import RATE, labels_of

COLUMNS = ("path", "labels")
CRF = 28
"""x264's quality, lower is larger: the best that keeps 460 clips below 3 MB."""
KEYFRAMES = 10
"""Frames from one that decodes by itself to the next: six looks at a clip decode six frames."""


def write_events(folder: Path, clips: int = 400, progress: Progress | None = None, first: int = 0) -> None:
    """Draws and encodes clips of the set, as a list with several labels a clip and its videos.

    Clip `k` of all has seed `k`: a larger set begins with the smaller one. The same versions draw the same frames.

    Args:
        folder: gets `val.csv` and `val/`; made if need be.
        clips: how many.
        progress: called with the clips done, and the total.
        first: seed of the first clip.
    """
    (folder / "val").mkdir(parents=True, exist_ok=True)
    with (folder / "val.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        for seed in range(first, first + clips):
            name = f"val/events{seed:05d}.mp4"
            write_video(folder / name, render(seed), CRF, RATE, KEYFRAMES)
            writer.writerow((name, ";".join(labels_of(seed))))
            if progress is not None:
                progress(seed + 1 - first, clips)


if __name__ == "__main__":
    run("Write clips of the set events.", "--clips", 400, write_events)
