"""What a model expects of its input, and what its parts are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from .views import Views

Sampling = Literal["span", "stride", "uniform", "even"]
Layout = Literal["BTCHW", "BCTHW"]
Merge = Literal["logits", "softmax"]
Middle = Literal["floor", "ceil"]


@dataclass(frozen=True)
class Profile:
    """Input protocol of a video classifier, and its module names.

    Pixels are float32 `(B, T, C, H, W)` with `T = frames` and `H = W = size`, or `(B, C, T, H, W)` when
    `layout` is `"BCTHW"`.
    """

    frames: int
    """Frames per clip; the weights know this number and no other."""
    rate: int
    """Distance between sampled frames, in frames of a 30 fps video (`span`) or of the file (`stride`)."""
    size: int
    """Height and width of a crop, pixels; the short side is resized to it."""
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    """Channel statistics of RGB values in [0, 1]."""
    sampling: Sampling = "uniform"
    """How frames are picked: see `frames`."""
    layout: Layout = "BTCHW"
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Scope (`global`, `attention`, `dense`) -> patterns of weight-matrix modules, `{layer}` for the block."""
    views: Views = field(default_factory=Views)
    """What this run looks at."""
    published: Views = field(default_factory=Views)
    """What the accuracy that was published is of."""
    merge: Merge = "logits"
    """How the views of a video become one prediction: by the mean of their logits, or of their softmax."""
    middle: Middle = "floor"
    """How the offset of the middle one of three crops is rounded: see `preprocess`."""

    @property
    def protocol(self) -> str:
        """What this run looks at, in words, such as `16x4, 1x1 views`."""
        by_rate = self.sampling in ("span", "stride")
        frames = f"{self.frames}x{self.rate}" if by_rate else f"{self.frames} frames {self.sampling}"
        return f"{frames}, {self.views} views"
