"""Writes the packaged clip set: `python -m pytest_vidcompress.clips.pocket.encoder FOLDER`.

The spare clips beside it are `--clips-per-class 4 --first 640`.
"""

from __future__ import annotations

import csv
from pathlib import Path

from ..drawn.encode import Progress, run, write_video
from .motions import MOTIONS
from .renderer import FRAMES, RATE, render

COLUMNS = ("label", "youtube_id", "time_start", "time_end", "split", "is_cc")
_SECONDS = FRAMES // RATE
_CRF = 21
"""x264's quality, lower is larger: the best that keeps 640 clips below 5 MB."""


def write_pocket(
    folder: Path,
    clips_per_class: int = 40,
    progress: Progress | None = None,
    first: int = 0,
) -> None:
    """Draws and encodes the pocket clip set, in the layout of Kinetics.

    Clip `k` of all has seed `k` and takes the classes in turn, so that no two clips share a background or
    noise, and a larger set begins with the smaller one. The same versions draw the same frames.

    Args:
        folder: gets `val.csv` and `val/`; made if need be.
        clips_per_class: how many of each class.
        progress: called with the clips done, and the total.
        first: seed of the first clip.
    """
    labels = list(MOTIONS)
    total = clips_per_class * len(labels)
    (folder / "val").mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, str, int, int, str, int]] = []
    for seed in range(first, first + total):
        label, name = labels[seed % len(labels)], f"pocket{seed:05d}"
        write_video(folder / "val" / f"{name}_{0:06d}_{_SECONDS:06d}.mp4", render(label, seed), _CRF, RATE)
        rows.append((label, name, 0, _SECONDS, "val", 0))
        if progress is not None:
            progress(seed + 1 - first, total)
    with (folder / "val.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))


if __name__ == "__main__":
    run("Write the pocket clip set.", "--clips-per-class", 40, write_pocket)
