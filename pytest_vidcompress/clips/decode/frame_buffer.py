"""The frames wanted of a video, as one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from .frames import Pixels, Shrink
from .orientation import Orientation

_TOGETHER_BYTES = 8 << 20
"""Frames that are shrunk in one go: one by one small ones take longer, all at once large ones fill the memory."""


class FrameBuffer:
    """Frames in the order of `wanted`, filled in as they are decoded.

    Args:
        wanted: their indices; one that is named twice comes twice.
        shrink: what is kept of a frame; None keeps all of it.
    """

    def __init__(self, wanted: Sequence[int], shrink: Shrink | None = None) -> None:
        self._places: dict[int, list[int]] = {}
        for place, index in enumerate(wanted):
            self._places.setdefault(index, []).append(place)
        self._length = len(wanted)
        self._missing = set(self._places)
        self._shrink = shrink
        self._waiting: list[tuple[int, Pixels]] = []
        self._pixels: Pixels | None = None
        self._size: tuple[int, int] | None = None
        self._orientation: Orientation | None = None
        # One converter for all frames: each new one allocates megabytes.
        self._reformatter = VideoReformatter()
        self.corrupt = 0
        """Frames among them that decoded with errors."""

    def take(self, index: int, frame: VideoFrame) -> None:
        """Converts a frame to upright RGB if it is wanted."""
        if index not in self._missing:
            return
        self.corrupt += frame.is_corrupt
        # A stream may change its size half-way; a clip has one, and one way up.
        self._size = width, height = self._size or (frame.width, frame.height)
        self._orientation = self._orientation or Orientation.of(frame)
        rgb = self._reformatter.reformat(frame, width, height, format="rgb24", threads=1)
        self.put(index, self._orientation.upright(np.asarray(rgb.to_ndarray(), np.uint8)))

    def put(self, index: int, pixels: Pixels) -> None:
        """Takes over a frame that is wanted, RGB `(H, W, 3)`."""
        self._missing.remove(index)
        self._waiting.append((index, pixels))
        if not self._missing or len(self._waiting) * pixels.nbytes >= _TOGETHER_BYTES:
            self._store()

    def _store(self) -> None:
        frames = np.stack([pixels for _, pixels in self._waiting])
        kept = self._shrink(frames) if self._shrink else frames
        if self._pixels is None:
            self._pixels = np.empty((self._length, *kept.shape[1:]), np.uint8)
        for (index, _), pixels in zip(self._waiting, kept, strict=True):
            self._pixels[self._places[index]] = pixels
        self._waiting.clear()

    @property
    def complete(self) -> bool:
        """Whether all frames wanted are there."""
        return not self._missing

    @property
    def pixels(self) -> Pixels:
        """RGB, shape `(T, H, W, 3)`, or what was kept of each; only of a complete one."""
        if self._pixels is None or self._missing:
            raise ValueError(f"{len(self._missing)} frames are missing")
        return self._pixels
