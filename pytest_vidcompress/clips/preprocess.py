"""RGB frames -> model input, bit-equal to the Hugging Face processors of TimeSformer and VideoMAE.

Plain torch, so that neither Pillow nor torchvision is needed. The two steps are apart because what the
first returns is small and final for a file: it can be kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import interpolate

from .profile import Profile

_RESCALE = 1 / (1 / 255)
"""Not 255.0: the processors divide by their float factor, and the last bit shows it."""


def crop(frames: npt.NDArray[np.uint8], size: int) -> torch.Tensor:
    """Resizes the short side to `size` (bilinear, antialiased) and cuts the centre square.

    Args:
        frames: RGB, uint8, `(T, H, W, 3)`.
        size: pixels.

    Returns:
        uint8 `(T, 3, size, size)`.
    """
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).contiguous()
    height, width = pixels.shape[-2:]
    resized = (size, int(size * width / height)) if height <= width else (int(size * height / width), size)
    if resized != (height, width):
        pixels = interpolate(pixels, size=resized, mode="bilinear", align_corners=False, antialias=True)
    top, left = ((length - size) // 2 for length in resized)
    return pixels[..., top : top + size, left : left + size].contiguous()


def normalize(pixels: torch.Tensor, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    """Scales pixel values to the statistics a model was trained on.

    Args:
        pixels: uint8 `(..., 3, H, W)`.
        mean: per channel, of values in [0, 1].
        std: likewise.

    Returns:
        float32, same shape.
    """
    shift, scale = ((torch.tensor(list(values)) * _RESCALE).view(3, 1, 1) for values in (mean, std))
    return pixels.float().sub_(shift).div_(scale)


def preprocess(frames: npt.NDArray[np.uint8], profile: Profile) -> torch.Tensor:
    """Frames of one clip -> what a model of this profile takes, before batching and layout.

    Args:
        frames: RGB, uint8, `(T, H, W, 3)`.
        profile: its `size`, `mean` and `std` are used.

    Returns:
        float32 `(T, 3, size, size)`.
    """
    return normalize(crop(frames, profile.size), profile.mean, profile.std)
