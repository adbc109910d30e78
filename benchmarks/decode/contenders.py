"""Ways to read the same frames of a video."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from pytest_vidcompress.clips.decode.decode import decode

Pixels = npt.NDArray[np.uint8]
Contender = Callable[[Path, Sequence[int]], Pixels]
"""A file and ascending frame indices -> RGB `(T, H, W, 3)`."""


def vidcompress(path: Path, wanted: Sequence[int]) -> Pixels:
    """What this plugin does."""
    return decode(path, lambda count, fps: wanted).pixels


def pyav_all(path: Path, wanted: Sequence[int]) -> Pixels:
    """PyAV's plain loop over the whole file; only the frames wanted are converted."""
    return _pyav(path, wanted, None)


def pyav_until_last(path: Path, wanted: Sequence[int]) -> Pixels:
    """The same, up to the last frame wanted."""
    return _pyav(path, wanted, max(wanted))


def _pyav(path: Path, wanted: Sequence[int], last: int | None) -> Pixels:
    found: dict[int, Pixels] = {}
    keep = set(wanted)
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in keep:
                found[index] = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            if index == last:
                break
    return np.stack([found[index] for index in wanted])


def transformers_docs(path: Path, wanted: Sequence[int]) -> Pixels:
    """`read_video_pyav` of the video classification pages of transformers; ends after the last frame wanted."""
    # The listing as published, but for closing the file.
    with av.open(str(path)) as container:
        frames: list[Any] = []
        container.seek(0)
        start_index, end_index = wanted[0], wanted[-1]
        for i, frame in enumerate(container.decode(video=0)):
            if i > end_index:
                break
            if i >= start_index and i in wanted:
                frames.append(frame)
        return np.stack([x.to_ndarray(format="rgb24") for x in frames])


def opencv_all(path: Path, wanted: Sequence[int]) -> Pixels:
    """OpenCV, `read` of every frame."""
    return _opencv(path, wanted, last=None, grab=False)


def opencv_until_last(path: Path, wanted: Sequence[int]) -> Pixels:
    """OpenCV at its best: `grab` up to the last frame wanted, `retrieve` of those wanted."""
    return _opencv(path, wanted, last=max(wanted), grab=True)


def _opencv(path: Path, wanted: Sequence[int], *, last: int | None, grab: bool) -> Pixels:
    import cv2

    keep = set(wanted)
    found: dict[int, Pixels] = {}
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    index = 0
    while True:
        if grab:
            there = capture.grab()
            picture = capture.retrieve()[1] if there and index in keep else None
        else:
            there, picture = capture.read()
        if not there:
            break
        if index in keep:
            found[index] = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        if index == last:
            break
        index += 1
    capture.release()
    return np.stack([found[index] for index in wanted])


CONTENDERS: dict[str, Contender] = {
    "pytest-vidcompress": vidcompress,
    "PyAV, whole file": pyav_all,
    "PyAV, until the last frame wanted": pyav_until_last,
    "transformers docs, until the last frame wanted": transformers_docs,
    "OpenCV, whole file": opencv_all,
    "OpenCV, until the last frame wanted": opencv_until_last,
}
