"""A video -> all views that a model looks at, of one decoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

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

    small = decode_small(source, spec, lambda count, fps: chain(*clip_frames(count, fps, spec)))
    return small.views(clip_frames(small.count, small.fps, spec))


@dataclass(frozen=True)
class CropsJob:
    """The same as an array, for a worker."""

    spec: CropSpec

    def __call__(self, path: Path) -> npt.NDArray[np.uint8]:
        return crops_of(path, self.spec).numpy()


@dataclass(frozen=True)
class SmallFrames:
    """Frames of a video, resized and cut."""

    count: int
    """Of all frames that the video has."""
    fps: float
    crops: Sequence[torch.Tensor]
    """Each of the frames that were asked for, uint8 `(N, 3, size, size)`."""
    row: Mapping[int, int]
    """Frame -> place in these."""

    def views(self, clips: Sequence[Sequence[int]]) -> torch.Tensor:
        """The crops of each clip, by the frames that it has."""
        rows = [[self.row[index] for index in clip] for clip in clips]
        return torch.stack([crop[clip] for clip in rows for crop in self.crops])


def decode_small(
    source: Source, spec: CropSpec, wanted: Callable[[int, float], Iterable[int]]
) -> SmallFrames:
    """Decodes and resizes each frame once.

    Args:
        wanted: how many frames there are, and how many a second -> those of the clips.

    Raises:
        Undecodable: the video does not give these frames.
    """

    def small(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        # As they come: the frames of a large video would not fit into memory together.
        return resize(frames, spec.short_side).numpy()

    decoded = decode(source, lambda count, fps: sorted({*wanted(count, fps)}), small)
    crops = cut(torch.from_numpy(decoded.pixels), spec.size, spec.views.crops, spec.middle)
    row = {index: place for place, index in enumerate(decoded.indices)}
    return SmallFrames(decoded.count, decoded.fps, crops, row)


def clip_frames(count: int, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """The frames of each temporal clip."""
    clips = spec.views.clips
    whole = [
        indices(count, fps, spec.frames, spec.rate, spec.sampling, (clip, clips)) for clip in range(clips)
    ]
    return [[frames[place] for place in spec.chosen or range(spec.frames)] for frames in whole]
