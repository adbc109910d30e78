"""A video -> all views that a model looks at, of one decoding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch

from ..clip import Source
from ..decode.decode import decode
from ..profile import CropSpec
from .preprocess import cut, resize
from .sampling import indices


def crops_of(source: Source, spec: CropSpec) -> torch.Tensor:
    """All views of a video.

    Clips overlap, and short videos repeat frames: each is decoded and resized once.

    Args:
        source: of the video.
        spec: what decides the crops.

    Returns:
        uint8 `(V, frames, 3, size, size)`, `V = spec.views.count`: the crops of the first clip, then those
        of the next; of the chosen frames alone where some are.

    Raises:
        Undecodable: the video does not give these frames.
    """

    def small(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        # As they come: the frames of a large video would not fit into memory together.
        return resize(frames, spec.short_side).numpy()

    decoded = decode(source, lambda count, fps: sorted({*chain(*clip_frames(count, fps, spec))}), small)
    row = {index: place for place, index in enumerate(decoded.indices)}
    crops = cut(torch.from_numpy(decoded.pixels), spec.size, spec.views.crops, spec.middle)
    clips = [[row[index] for index in clip] for clip in clip_frames(decoded.count, decoded.fps, spec)]
    return torch.stack([crop[clip] for clip in clips for crop in crops])


def clip_frames(count: int, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """The frames of each temporal clip."""
    clips = spec.views.clips
    whole = [
        indices(count, fps, spec.frames, spec.rate, spec.sampling, (clip, clips)) for clip in range(clips)
    ]
    return [[frames[place] for place in spec.chosen or range(spec.frames)] for frames in whole]
