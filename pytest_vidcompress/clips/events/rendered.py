"""Clips of the set `events` to train on: drawn when they are asked for, and no more of one than is looked at.

Seeds tell clips apart: the packaged ones have those below 1,000, the packaged models are trained on and chosen by
some from 500,000 on, and these begin beyond all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from ..clip import Clip
from .plan import FRAMES, RATE, labels_of
from .renderer import render

FIRST_SEED = 2_000_000
COUNT = 1 << 30
"""More than anybody trains on."""


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


@dataclass(frozen=True)
class RenderedEvents(Sequence[Clip]):
    """One after another; the kinds of their first events take turns."""

    first: int = FIRST_SEED
    """Seed of the first."""
    number: int = COUNT

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, index: int) -> Clip: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Clip, ...]: ...
    def __getitem__(self, index: int | slice) -> Clip | tuple[Clip, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(self.number)))
        if not -self.number <= index < self.number:
            raise IndexError(f"there are {self.number} clips, and none at {index}")
        seed = self.first + index % self.number
        name = f"events{seed}"
        label, *others = labels_of(seed)
        return Clip(name, label, Path(name), RenderedEvent(seed), tuple(others))

    def __iter__(self) -> Iterator[Clip]:
        return (self[index] for index in range(self.number))
