"""Floats that are only stored narrow: halves and bfloat16 on disk, fp32 in the arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn


def is_narrow(tensor: torch.Tensor) -> bool:
    """Is it of floats of fewer bytes than fp32? CPUs compute with most of them slowly, so they are widened first."""
    return tensor.is_floating_point() and tensor.element_size() < 4


def has_narrow_parameters(module: nn.Module) -> bool:
    """Does it hold parameters that are widened before it computes?"""
    return any(map(is_narrow, module.parameters()))
