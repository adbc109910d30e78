"""A long video -> windows that overlap, each as a model sees a clip. Heavy: imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch

from ...errors import VidcompressError
from ..clip import Source
from ..decode.decode import decode
from ..profile import CropSpec
from .crops import clip_frames
from .preprocess import cut, resize

_AT_ONCE_BYTES = 256 << 20
"""Of crops of windows that are decoded in one pass."""


@dataclass(frozen=True)
class Span:
    """Frames `first ... last - 1` of a video, and when they are shown."""

    first: int
    last: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Windows:
    """How a video is cut.

    Raises:
        VidcompressError: there is no such way.
    """

    length_s: float = 10.0
    """Of a window; a video that is no longer is one itself."""
    step_s: float = 5.0
    """From the beginning of one to that of the next, at most as long as a window."""

    def __post_init__(self) -> None:
        if not 0 < self.step_s <= self.length_s < float("inf"):
            raise VidcompressError(
                f"windows of {self.length_s:g} s every {self.step_s:g} s: expected a length above 0 and a step of at"
                " most that, so that nothing is left out"
            )

    def spans(self, count: int, fps: float) -> Sequence[Span]:
        """Of a video of `count` frames, at least one. All are of one length, the last one ends where the video does,
        and every frame is in one."""
        length = min(count, max(1, round(self.length_s * fps)))
        step = max(1, min(length, round(self.step_s * fps)))
        firsts = [*range(0, count - length, step), count - length]
        return [Span(first, first + length, first / fps, (first + length) / fps) for first in firsts]


def window_crops(source: Source, spec: CropSpec, windows: Windows) -> Iterator[tuple[Span, torch.Tensor]]:
    """All windows in their order, each with its views as `crops_of` gives those of a clip.

    They overlap, and one frame may be in many views: as many windows as fit into memory are decoded together, and
    each frame of theirs once.

    Args:
        source: of the video.
        spec: what decides the crops.

    Raises:
        Undecodable: the video does not give these frames; windows before that have been given.
    """
    many = max(1, _AT_ONCE_BYTES // spec.size_bytes)
    begin = 0

    def of(count: int, fps: float) -> Sequence[Span]:
        spans = windows.spans(count, fps)
        return spans[begin : begin + many] or spans[-1:]

    def plan(count: int, fps: float) -> Sequence[int]:
        wanted = (chain(*_frames(span, fps, spec)) for span in of(count, fps))
        return sorted({*chain(*wanted)})

    def small(frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return resize(frames, spec.short_side).numpy()

    while True:
        decoded = decode(source, plan, small)
        row = {index: place for place, index in enumerate(decoded.indices)}
        crops = cut(torch.from_numpy(decoded.pixels), spec.size, spec.views.crops, spec.middle)
        for span in of(decoded.count, decoded.fps):
            clips = [[row[index] for index in clip] for clip in _frames(span, decoded.fps, spec)]
            yield span, torch.stack([crop[clip] for clip in clips for crop in crops])
        begin += many
        if begin >= len(windows.spans(decoded.count, decoded.fps)):
            return


def _frames(span: Span, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """Of each temporal clip of a window, counted from the beginning of the video."""
    return [[span.first + index for index in clip] for clip in clip_frames(span.last - span.first, fps, spec)]
