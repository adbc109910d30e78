"""Crops -> what a model takes: scaled, and in its layout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ..profile import Profile
from .preprocess import normalize


def model_input(crops: Sequence[torch.Tensor], profile: Profile) -> torch.Tensor:
    """Crops of several clips, uint8 `(V, T, 3, H, W)` each -> float32 `(B * V, T, C, H, W)`, or `(B * V, C, T, H, W)`
    where the layout says so."""
    # Not torch.cat: its threads would wait for cores that decoders have.
    together = np.concatenate([each.numpy() for each in crops])
    pixels = normalize(torch.from_numpy(together), profile.mean, profile.std)
    return pixels.transpose(1, 2).contiguous() if profile.layout == "BCTHW" else pixels
