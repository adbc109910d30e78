"""What a probe is given of a block: what is the same in all of a clip, and how much it changes. Heavy: imports torch.

Means of tokens do not say what moves: how far frames lie from each other, and places, does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

_OF_CONVOLUTIONS = 5
"""Dimensions of what a convolution gives."""


@dataclass(frozen=True)
class TokenOrder:
    """How tokens `(B, N, D)` of a clip lie."""

    frames: int = 1
    """Or tubelets."""
    by_place: bool = False
    """A class token first, then the frames of one place after those of another; otherwise frame by frame."""


def pooled(output: Any, order: TokenOrder) -> torch.Tensor:
    """Features `(B, F)` of what a block gives: a class token, the mean, and the deviations of all values, of frames'
    means and of places' means.

    Args:
        output: tokens `(B, N, D)`, alone or in a tuple; a class token `(B, 1, D)` and patches `(B, T, P, D)`; or,
            of a CNN, `(B, C, T, H, W)`.
        order: of tokens.
    """
    token, values = _by_frame_and_place(output, order)
    frames, places = values.mean(2), values.mean(1)
    spreads = (values.flatten(1, 2), frames, places)
    return torch.cat([*token, frames.mean(1), *(each.std(1, correction=0) for each in spreads)], -1)


def _by_frame_and_place(output: Any, order: TokenOrder) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The class token `(B, D)`, where there is one, and the others `(B, T, P, D)`."""
    if isinstance(output, tuple):
        if len(output) == 1:  # of transformers
            return _by_frame_and_place(output[0], order)
        token, patches = output
        return [token[:, 0]], patches
    if output.ndim == _OF_CONVOLUTIONS:
        return [], output.movedim(1, -1).flatten(2, 3)
    if order.by_place:
        return [output[:, 0]], output[:, 1:].unflatten(1, (-1, order.frames)).transpose(1, 2)
    return [], output.unflatten(1, (order.frames, -1))
