"""The frames picked from a video, as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter


class Picked:
    """Frames in the order of `wanted`, filled in as they are decoded.

    Args:
        wanted: their indices; one that is named twice comes twice.
    """

    def __init__(self, wanted: Sequence[int]) -> None:
        self._places: dict[int, list[int]] = {}
        for place, index in enumerate(wanted):
            self._places.setdefault(index, []).append(place)
        self._length = len(wanted)
        self._missing = set(self._places)
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._size: tuple[int, int] | None = None
        # One converter for all frames: each new one allocates megabytes.
        self._reformatter = VideoReformatter()
        self.corrupt = 0
        """Frames among them that decoded with errors."""

    def take(self, index: int, frame: VideoFrame) -> None:
        """Converts a frame to upright RGB if it is wanted."""
        if index not in self._missing:
            return
        self._missing.remove(index)
        self.corrupt += frame.is_corrupt
        # A stream may change its size half-way; a clip has one.
        self._size = width, height = self._size or (frame.width, frame.height)
        rgb = self._reformatter.reformat(frame, width, height, format="rgb24", threads=1)
        upright = np.rot90(np.asarray(rgb.to_ndarray(), np.uint8), k=int(frame.rotation) // 90)
        if self._pixels is None:
            self._pixels = np.empty((self._length, *upright.shape), np.uint8)
        self._pixels[self._places[index]] = upright

    @property
    def complete(self) -> bool:
        """Whether all frames wanted are there."""
        return not self._missing

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """RGB, shape `(T, H, W, 3)`; only of a complete one."""
        if self._pixels is None or self._missing:
            raise ValueError(f"{len(self._missing)} frames are missing")
        return self._pixels
