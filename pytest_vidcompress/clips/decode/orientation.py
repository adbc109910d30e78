"""Which way is up: a header may say that pictures are to be shown turned or mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame

from .frames import Pixels


@dataclass(frozen=True)
class Orientation:
    """How a picture is to be shown."""

    transposed: bool = False
    """Rows become columns, before the others."""
    mirrored: bool = False
    """Left becomes right."""
    flipped: bool = False
    """The top becomes the bottom."""

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """What the display matrix of a frame says; turns by other than right angles are rounded to the next one.

        The matrix takes a place `(x, y)` of the picture to `(a x + c y, b x + d y)` of the screen (ISO/IEC
        14496-12, 8.3.2).
        """
        # Asked of one frame a file: a frame whose side data was looked at waits for the garbage collector.
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if matrix is None:
            return cls()
        a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32, 5).tolist()
        return cls(True, c < 0, b < 0) if abs(b) > abs(a) else cls(False, a < 0, d < 0)

    def upright(self, pixels: Pixels) -> Pixels:
        """Pixels `(H, W, 3)` as they are to be shown."""
        if self.transposed:
            pixels = pixels.transpose(1, 0, 2)
        return pixels[:: -1 if self.flipped else 1, :: -1 if self.mirrored else 1]
