"""What a probe is given of a block: means over places. Heavy: imports torch."""

from __future__ import annotations

from typing import Any

import torch

_OF_CONVOLUTIONS = 5
"""Dimensions `(B, C, T, H, W)`; of others the last is that of the features."""


def pooled(output: Any) -> torch.Tensor:
    """What a block gives, a tensor or a tuple of them, `(B, ..., D)` or `(B, C, T, H, W)` each -> `(B, features)`.

    Of tokens `(B, N, D)` it is the first one, which may be the class token, and the mean of all.
    """
    values: tuple[torch.Tensor, ...] = output if isinstance(output, tuple) else (output,)
    return torch.cat([part for each in values for part in _means(each)], -1)


def _means(values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    if values.ndim == _OF_CONVOLUTIONS:
        return (values.mean((2, 3, 4)),)
    flat = values.flatten(1, -2)
    return (flat[:, 0],) if flat.shape[1] == 1 else (flat[:, 0], flat.mean(1))
