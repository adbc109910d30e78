"""What is asked of a video, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Plan = Callable[[int, float], Sequence[int]]
"""Frame count and frames per second -> the indices wanted. Pure: it may be asked more than once."""
Shrink = Callable[[Pixels], Pixels]
"""RGB frames `(N, H, W, 3)` -> what is kept of each, `(N, ...)`."""

FALLBACK_FPS = 30.0
"""Of whatever does not say its frame rate."""


@dataclass(frozen=True)
class Decoded:
    """Frames of a video."""

    pixels: Pixels
    """RGB, upright, shape `(T, H, W, 3)`; or what was kept of each."""
    indices: Sequence[int]
    """Which frames these are, `T` of them: what was wanted of `count` frames."""
    count: int
    """Frames in the file."""
    fps: float
    """Average frames per second."""
