"""Writes the packaged clip set: `python -m pytest_vidcompress.clips.pocket.encoder FOLDER`.

The spare clips beside it are `--clips-per-class 4 --first 640`.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from .motions import MOTIONS
from .renderer import FRAMES, RATE, render

COLUMNS = ("label", "youtube_id", "time_start", "time_end", "split", "is_cc")
_SECONDS = FRAMES // RATE
_CRF = 21
"""x264's quality, lower is larger: the best that keeps 640 clips below 5 MB."""


def write_pocket(
    folder: Path,
    clips_per_class: int = 40,
    progress: Callable[[int, int], None] | None = None,
    first: int = 0,
) -> None:
    """Draws and encodes the pocket clip set, in the layout of Kinetics.

    Clip `k` of all has seed `k` and takes the classes in turn, so that no two clips share a background or
    noise, and a larger set begins with the smaller one. The same versions write the same bytes.

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
        write_video(folder / "val" / f"{name}_{0:06d}_{_SECONDS:06d}.mp4", render(label, seed))
        rows.append((label, name, 0, _SECONDS, "val", 0))
        if progress is not None:
            progress(seed + 1 - first, total)
    with (folder / "val.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))


def write_video(
    path: Path, frames: npt.NDArray[np.uint8], crf: int = _CRF, rate: int = RATE, keyframes: int = 0
) -> None:
    """Encodes one H.264 mp4.

    Args:
        path: the file, overwritten.
        frames: RGB, uint8, `(T, H, W, 3)`.
        crf: x264's quality, 0 (lossless) to 51.
        rate: frames per second.
        keyframes: frames from one that decodes by itself to the next; 0: the first alone.
    """
    apart = {"g": str(keyframes), "keyint_min": str(keyframes), "sc_threshold": "0"} if keyframes else {}
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(
            "libx264",
            rate=rate,
            options={"crf": str(crf), "preset": "veryslow", "threads": "1", "flags": "+bitexact"} | apart,
        )
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        # Before the filter is there: it would fix the stream at the encoder's default size.
        container.start_encoding()
        # x264 signs each file with its settings, a tenth of so small a video.
        unsigned = av.BitStreamFilterContext("filter_units=remove_types=6", stream)
        for picture in frames:
            # Left to the encoder, what lies beside the picture is chance, and with it the bytes.
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            for packet in stream.encode(frame):
                container.mux(unsigned.filter(packet))
        for packet in stream.encode():
            container.mux(unsigned.filter(packet))
        container.mux(unsigned.filter(None))


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write the pocket clip set.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips-per-class", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="seed of the first clip")
    arguments = parser.parse_args()
    write_pocket(
        arguments.folder,
        arguments.clips_per_class,
        lambda done, total: print(f"\r{done}/{total}", end="", flush=True),
        arguments.first,
    )
    print()


if __name__ == "__main__":
    _main()
