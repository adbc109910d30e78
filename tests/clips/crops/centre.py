"""The centre view of a clip, made of the steps that `crops_of` and the loader take one after the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from pytest_vidcompress.clips.crops.preprocess import cut, normalize, resize
from pytest_vidcompress.clips.profile import Profile


def crop(frames: npt.NDArray[np.uint8], size: int) -> torch.Tensor:
    """RGB `(T, H, W, 3)` -> uint8 `(T, 3, size, size)`."""
    return cut(resize(frames, size), size)[0].contiguous()


def preprocess(frames: npt.NDArray[np.uint8], profile: Profile) -> torch.Tensor:
    """RGB `(T, H, W, 3)` -> float32 `(T, 3, size, size)`, before batching and layout."""
    return normalize(crop(frames, profile.size), profile.mean, profile.std)
