"""A long video -> windows that overlap, each as a model sees a clip. Heavy: imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from ...errors import VidcompressError
from ..clip import Source
from ..profile import CropSpec
from .crops import clip_frames, decode_small

AT_ONCE_BYTES = 64 << 20
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


@dataclass(frozen=True)
class Part:
    """Windows of a video that were decoded together, each frame once, however many of them it is in."""

    begin: int
    """The place of the first among all windows of the video."""
    total: int
    """All of these."""
    spans: Sequence[Span]
    crops: npt.NDArray[np.uint8]
    """Each with its views as `crops_of` gives those of a clip, `(W, V, frames, 3, size, size)`."""

    @property
    def end(self) -> int:
        return self.begin + len(self.spans)


@dataclass(frozen=True)
class PartJob:
    """As many windows of a video as are decoded in one go, from one on.

    Args:
        spec: what decides the crops.
        begin: the place of the first among all windows.
        most_bytes: of the crops.
    """

    spec: CropSpec
    windows: Windows
    begin: int = 0
    most_bytes: int = AT_ONCE_BYTES

    def __call__(self, source: Source) -> Part:
        """Decodes them.

        Raises:
            Undecodable: the video does not give these frames.
        """
        small = decode_small(source, self.spec, self._wanted)
        spans = self._spans(small.count, small.fps)
        crops = [small.views(_frames(span, small.fps, self.spec)).numpy() for span in spans]
        total = len(self.windows.spans(small.count, small.fps))
        return Part(self.begin, total, spans, np.stack(crops))

    def after(self, part: Part) -> Sequence[PartJob]:
        """What comes after a part, in parts of its length."""
        return [replace(self, begin=begin) for begin in range(part.end, part.total, part.end - part.begin)]

    def _spans(self, count: int, fps: float) -> Sequence[Span]:
        many = max(1, self.most_bytes // self.spec.size_bytes)
        spans = self.windows.spans(count, fps)
        # A file that was replaced since the part before may have fewer.
        return spans[self.begin : self.begin + many] or spans[-1:]

    def _wanted(self, count: int, fps: float) -> Iterator[int]:
        spans = self._spans(count, fps)
        return chain.from_iterable(chain(*_frames(span, fps, self.spec)) for span in spans)


def _frames(span: Span, fps: float, spec: CropSpec) -> Sequence[Sequence[int]]:
    """Of each temporal clip of a window, counted from the beginning of the video."""
    return [[span.first + index for index in clip] for clip in clip_frames(span.last - span.first, fps, spec)]
