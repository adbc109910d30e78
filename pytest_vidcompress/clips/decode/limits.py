"""How large a clip may be, so that a small file does not take the memory or the hours of a machine."""

from __future__ import annotations

from ..faults import Fault, Undecodable

MOST_PIXELS = 35_651_584
"""Of a frame: those of the highest level of H.264 (table A-1, 6.2) and of HEVC (table A.8), 8192 x 4352."""
_MOST_FRAMES = 500_000
"""Of a file, almost five hours at 30 a second."""
_MOST_WORK = 1 << 39
"""Pixels of all frames of a file together: 70 hours of pictures of 340 x 256, 37 minutes of 3840 x 2160."""


def refuse_large(width: int, height: int, count: int = 1) -> None:
    """Holds a video to these limits.

    Raises:
        Undecodable: its frames are too large or too many.
    """
    if width * height > MOST_PIXELS:
        raise Undecodable(f"its frames of {width} x {height} pixels are too large", Fault.TOO_LARGE)
    if count > _MOST_FRAMES or width * height * count > _MOST_WORK:
        raise Undecodable(f"its {count:,} frames of {width} x {height} pixels are too many", Fault.TOO_LARGE)
