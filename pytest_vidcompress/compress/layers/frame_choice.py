"""Some of the frames of a clip: in front of whatever takes pixels.

What is given all frames takes its own; what is given as many as it takes, those that somebody decoded for it alone,
takes them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


class FrameChoice(nn.Module):
    """Pixels `(B, T, C, H, W)` -> `(B, K, C, H, W)`; those of K frames stay as they are.

    Args:
        places: of its K frames among all, ascending.
        total: T.
        axis: of the frames; 2 for pixels `(B, C, T, H, W)`.
    """

    def __init__(self, places: Sequence[int], total: int, axis: int = 1) -> None:
        super().__init__()
        self.places, self.total, self.axis = tuple(places), total, axis

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        if pixels.shape[self.axis] == len(self.places):
            return pixels
        steps = {after - before for before, after in zip(self.places, self.places[1:], strict=False)}
        if len(steps) < 2:
            # A slice moves nothing, and every runtime has it.
            step = max(steps, default=1)
            cut = slice(self.places[0], self.places[-1] + 1, step)
            return pixels[:, cut] if self.axis == 1 else pixels[:, :, cut]
        index = torch.tensor(self.places, device=pixels.device)
        return pixels.index_select(self.axis, index)


class GivenFewer(nn.Module):
    """A part of a model that takes pixels, with a choice of frames in front of it.

    It is that part in all but its input: its own parts and settings have the names that they had.
    """

    def __init__(self, part: nn.Module, choice: FrameChoice) -> None:
        super().__init__()
        self.__dict__.update(part.__dict__)
        self.kind = type(part)
        self.choice = choice

    def forward(self, pixels: torch.Tensor) -> Any:
        return self.kind.forward(self, self.choice(pixels))


def choice_of(part: nn.Module) -> FrameChoice | None:
    """The frames that a part takes of all; None where it takes them all."""
    return part.choice if isinstance(part, GivenFewer) else None
