"""RGB frames -> model input, bit-equal to the Hugging Face processors of TimeSformer and VideoMAE.

Plain torch, so that neither Pillow nor torchvision is needed. Resizing and cutting are apart from scaling
because what they return is small and final for a file: it can be kept.

The papers' own test code resizes without antialiasing (TimeSformer after scaling, VideoMAE with OpenCV). Here
every view is resized as the processors that come with the checkpoints do it, with antialiasing; only where
three crops lie is the papers'.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import interpolate

from ..profile import Middle

_RESCALE = 1 / (1 / 255)
"""Not 255.0: the processors divide by their float factor, and the last bit shows it."""
_AT_ONCE = 16
"""Frames resized in one go: copies of more large frames would cost more memory than the frames."""


def resize(frames: npt.NDArray[np.uint8], size: int) -> torch.Tensor:
    """Resizes the short side to `size`, bilinear and antialiased.

    Args:
        frames: RGB, uint8, `(T, H, W, 3)`.
        size: pixels.

    Returns:
        uint8 `(T, 3, size, W)` or `(T, 3, H, size)`; the long side is rounded down.
    """
    parts = [_resized(frames[start : start + _AT_ONCE], size) for start in range(0, len(frames), _AT_ONCE)]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _resized(frames: npt.NDArray[np.uint8], size: int) -> torch.Tensor:
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).contiguous()
    height, width = pixels.shape[-2:]
    wanted = (size, int(size * width / height)) if height <= width else (int(size * height / width), size)
    if wanted == (height, width):
        return pixels
    return interpolate(pixels, size=wanted, mode="bilinear", align_corners=False, antialias=True)


def cut(
    pixels: torch.Tensor, size: int, crops: int = 1, middle: Middle = "floor"
) -> tuple[torch.Tensor, ...]:
    """Squares along the long side, in the middle of the short one.

    | crops | where |
    |---|---|
    | 1 | the centre, rounded to the left and up, as the Hugging Face processors do |
    | 3 | left, middle and right; of a frame that is higher than wide top, middle and bottom |

    The middle one of three is rounded as the model's published test code does it: up for TimeSformer, down for
    VideoMAE. Three crops of a square are equal.

    Args:
        pixels: `(..., H, W)`, the short side at least `size`.
        size: pixels.
        crops: 1 or 3.
        middle: `floor` or `ceil`.

    Returns:
        `crops` views of `pixels`, `(..., size, size)`.
    """
    height, width = pixels.shape[-2:]
    short = (min(height, width) - size) // 2
    pixels = pixels.narrow(-1 if height > width else -2, short, size)
    spare = max(height, width) - size
    offsets = (spare // 2,) if crops == 1 else (0, spare // 2 if middle == "floor" else -(-spare // 2), spare)
    if height > width:
        return tuple(pixels[..., offset : offset + size, :] for offset in offsets)
    return tuple(pixels[..., offset : offset + size] for offset in offsets)


def normalize(pixels: torch.Tensor, mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
    """Scales pixel values to the statistics a model was trained on.

    Args:
        pixels: uint8 `(..., 3, H, W)`.
        mean: per channel, of values in [0, 1].
        std: likewise.

    Returns:
        float32, same shape.
    """
    shift, scale = ((torch.tensor(list(values)) * _RESCALE).view(3, 1, 1).numpy() for values in (mean, std))
    # NumPy's give the same bits, and torch's threads wait for each other while decoders have the cores.
    values = pixels.numpy().astype(np.float32)
    values -= shift
    values /= scale
    return torch.from_numpy(values)
