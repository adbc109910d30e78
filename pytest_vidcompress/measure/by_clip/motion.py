"""How much clips move, by the pixels that a model is given: what it sees of them, and not what was filmed."""

from __future__ import annotations

from itertools import islice

import torch

from ...clips.loader import Clips
from ...clips.profile import FRAME_AXIS, Layout
from .shown_clips import ShownClips

MOST_COUNTED = 120
"""Clips that are counted one by one: p95 has an upper bound from 72 on, and a sample is balanced over its classes."""


def shown_clips(clips: Clips, most: int = MOST_COUNTED) -> ShownClips:
    """The first ones, by one view of each."""
    layout = clips.profile.layout
    motions = tuple(motion(views[:1], layout) for views, _ in islice(clips.batches(1), most))
    named = clips[: len(motions)]
    return ShownClips(tuple(clip.id for clip in named), tuple(clip.labels for clip in named), motions)


def motion(pixels: torch.Tensor, layout: Layout) -> float:
    """The mean absolute difference of a frame from the one before, in the units of the pixels; 0 of a single frame.

    Args:
        pixels: one view, `(1, T, C, H, W)` or `(1, C, T, H, W)` as `layout` says, normalized as the model takes them.
    """
    time = FRAME_AXIS[layout]
    return float(pixels.diff(dim=time).abs().mean()) if pixels.shape[time] > 1 else 0.0
