"""A video -> all views that a model looks at, of one decoding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import torch

from ..decode.decode import decode
from ..profile import CropSpec
from .preprocess import cut, resize
from .sampling import indices


def crops_of(path: Path, spec: CropSpec) -> torch.Tensor:
    """All views of a video.

    Clips overlap, and short videos repeat frames: each is decoded and resized once.

    Args:
        path: the video.
        spec: what decides the crops.

    Returns:
        uint8 `(V, frames, 3, size, size)`, `V = spec.views.count`: the crops of the first clip, then those
        of the next.

    Raises:
        Undecodable: the video does not give these frames.
    """
    decoded = decode(path, lambda count, fps: sorted({*chain(*_clips(count, fps, spec))}))
    row = {index: place for place, index in enumerate(decoded.indices)}
    crops = cut(resize(decoded.pixels, spec.size), spec.size, spec.views.crops, spec.middle)
    clips = [[row[index] for index in clip] for clip in _clips(decoded.count, decoded.fps, spec)]
    return torch.stack([crop[clip] for clip in clips for crop in crops])


def _clips(count: int, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """The frames of each temporal clip."""
    clips = spec.views.clips
    return [
        indices(count, fps, spec.frames, spec.rate, spec.sampling, (clip, clips)) for clip in range(clips)
    ]
