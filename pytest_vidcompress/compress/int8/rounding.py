"""Floats as 256 integers and back."""

from __future__ import annotations

import torch

from .range import LEVELS

HIGHEST = 127
"""Weights are symmetric: -127 ... 127."""


def rounded(weight: torch.Tensor, scale: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """int8 weights and their scales.

    Args:
        weight: `(outputs, ...)`.
        scale: `(outputs,)`; None takes what the largest weight of each output asks for.
    """
    flat = weight.flatten(1)
    if scale is None:
        scale = (flat.abs().amax(1) / HIGHEST).clamp(min=torch.finfo(torch.float32).tiny)
    units = (flat / scale.unsqueeze(1)).round().clamp(-HIGHEST, HIGHEST)
    return units.to(torch.int8).reshape(weight.shape), scale.float()


def dequantized(weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """int8 weights `(outputs, ...)` and their scales `(outputs,)` -> float weights."""
    return weight.to(scale.dtype) * scale.reshape(-1, *[1] * (weight.ndim - 1))


def fake_quantized(values: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor) -> torch.Tensor:
    """Values rounded to the 256 that a range has; of any shape."""
    return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, LEVELS - 1)
