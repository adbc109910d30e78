"""What a model expects of its input, and what its parts are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


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
    """Height and width of the centre crop, pixels; the short side is resized to it."""
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    """Channel statistics of RGB values in [0, 1]."""
    sampling: Literal["span", "stride", "uniform", "even"] = "uniform"
    """How frames are picked: see `frames`."""
    layout: Literal["BTCHW", "BCTHW"] = "BTCHW"
    modules: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Scope (`global`, `attention`, `dense`) -> patterns of weight-matrix modules, `{layer}` for the block."""
