"""What writes the files of the packaged clip sets: their videos, and the command that says how many."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

Progress = Callable[[int, int], None]
"""Called with the clips done, and the total."""


def write_video(path: Path, frames: npt.NDArray[np.uint8], crf: int, rate: int, keyframes: int = 0) -> None:
    """Encodes one H.264 mp4.

    The same versions write the same bytes. The packaged files were written with x264's macroblock tree, which reads
    memory that nobody wrote where pictures are this small: written again they have other bytes.

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
            options={
                "crf": str(crf),
                "preset": "veryslow",
                "threads": "1",
                "flags": "+bitexact",
                "x264-params": "mbtree=0",
            }
            | apart,
        )
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        # Before the filter is there: it would fix the stream at the encoder's default size.
        container.start_encoding()
        # x264 signs each file with its settings, a tenth of so small a video.
        unsigned = av.BitStreamFilterContext("filter_units=remove_types=6", stream)
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            for packet in stream.encode(frame):
                container.mux(unsigned.filter(packet))
        for packet in stream.encode():
            container.mux(unsigned.filter(packet))
        container.mux(unsigned.filter(None))


def run(about: str, number: str, default: int, write: Callable[[Path, int, Progress, int], None]) -> None:
    """Writes a set as the command line says.

    Args:
        about: what the help says of it.
        number: the option of how many clips.
        default: how many without it.
        write: given the folder, how many, what is told of progress, and the seed of the first.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("folder", type=Path)
    parser.add_argument(number, dest="number", type=int, default=default)
    parser.add_argument("--first", type=int, default=0, help="seed of the first clip")
    given = parser.parse_args()
    write(
        given.folder,
        given.number,
        lambda done, total: print(f"\r{done}/{total}", end="", flush=True),
        given.first,
    )
    print()
