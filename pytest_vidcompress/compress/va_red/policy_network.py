"""What looks at the input of a convolution and says how much of it to compute. Heavy.

The paper's takes the mean over height and width, a number for each channel and frame, so that it knows one number of
frames; ours takes two numbers a channel, of any number of frames: its mean, and how much it changes from frame to
frame, both of some places.
"""

from __future__ import annotations

import torch
from torch import nn

from .search_space import SearchSpace

_PLACES = 8
"""Rows and columns that are looked at, about: reading all would take as long as what is saved of narrow layers."""
_HIDDEN = 16
_LEAST_SPREAD = 1e-3
_STEEP = 3.0
"""That scores are multiplied by: so a policy learns faster than the weights that it rules."""
_FIRST = {True: (1.0, 0.3), False: (1.5, 0.0)}
"""Scores that computing all begins with, and each other option, of soft and of hard gates."""


class PolicyNetwork(nn.Module):
    """`(B, C, T, H, W)` -> scores `(B, 2 options)`: of the ratios, then of the strides.

    Args:
        channels: C.
        space: what can be chosen.
    """

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, channels: int, space: SearchSpace) -> None:
        super().__init__()
        self.space = space
        self.register_buffer("mean", torch.zeros(2 * channels))
        self.register_buffer("spread", torch.ones(2 * channels))
        self.hidden = nn.Linear(2 * channels, _HIDDEN)
        self.scores = nn.Linear(_HIDDEN, 2 * space.options)

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        known = (looked_at(clip) - self.mean) / self.spread
        return _STEEP * self.scores(self.hidden(known).tanh())

    @torch.no_grad()
    def start(self, clip: torch.Tensor) -> None:
        """Sets what it begins with: all is computed, and what it sees of some clips has mean 0 and spread 1."""
        seen = looked_at(clip)
        self.mean.copy_(seen.mean(0))
        self.spread.copy_(
            seen.std(0).clamp_min(_LEAST_SPREAD) if len(seen) > 1 else torch.ones_like(self.spread)
        )
        nn.init.normal_(self.scores.weight, std=0.05)
        all_of_it, others = _FIRST[self.space.soft]
        self.scores.bias.fill_(others / _STEEP)
        self.scores.bias[:: self.space.options] = all_of_it / _STEEP


def looked_at(clip: torch.Tensor) -> torch.Tensor:
    """`(B, C, T, H, W)` -> `(B, 2 C)`: means, and mean changes from frame to frame, of at most 8 x 8 places."""
    down, across = (max(1, -(-extent // _PLACES)) for extent in clip.shape[3:])
    few = clip[..., ::down, ::across]
    level = few.mean((2, 3, 4))
    if few.shape[2] < 2:
        return torch.cat((level, torch.zeros_like(level)), 1)
    return torch.cat((level, (few[:, :, 1:] - few[:, :, :-1]).abs().mean((2, 3, 4))), 1)
