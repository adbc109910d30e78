"""Clips of the set `events` to train on: drawn when they are asked for, and no more of one than is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..clip import Clip
from ..drawn.by_seed import ClipsBySeed
from .drawing import render
from .plan import FRAMES, RATE, labels_of


@dataclass(frozen=True)
class RenderedEvent:
    """The frames of a clip that no file holds, as the renderer draws them: what was never encoded."""

    seed: int
    count: int = FRAMES
    """Frames."""
    fps: float = RATE

    def __call__(self) -> npt.NDArray[np.uint8]:
        """All frames, RGB uint8 `(count, H, W, 3)`."""
        return self.frames(range(self.count))

    def frames(self, indices: Sequence[int]) -> npt.NDArray[np.uint8]:
        """Those of these indices: no other is drawn."""
        return render(self.seed, indices)


class RenderedEvents(ClipsBySeed):
    """The kinds of their first events take turns."""

    def of_seed(self, seed: int) -> Clip:
        name = f"events{seed}"
        label, *others = labels_of(seed)
        return Clip(name, label, Path(name), RenderedEvent(seed), tuple(others))
