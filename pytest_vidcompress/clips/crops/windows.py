"""A long video -> windows that overlap, each as a model sees a clip. Heavy: imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import torch

from ...errors import VidcompressError
from ..clip import Source
from ..profile import CropSpec
from .crops import clip_frames, decode_small

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

    def wanted(count: int, fps: float) -> Iterator[int]:
        return chain.from_iterable(chain(*_frames(span, fps, spec)) for span in of(count, fps))

    while True:
        small = decode_small(source, spec, wanted)
        for span in of(small.count, small.fps):
            yield span, small.views(_frames(span, small.fps, spec))
        begin += many
        if begin >= len(windows.spans(small.count, small.fps)):
            return


def _frames(span: Span, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """Of each temporal clip of a window, counted from the beginning of the video."""
    return [[span.first + index for index in clip] for clip in clip_frames(span.last - span.first, fps, spec)]
