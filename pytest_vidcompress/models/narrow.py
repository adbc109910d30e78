"""Floats that are stored narrow, halves and bfloat16: fp32 in the arithmetic, but for bfloat16 where a CPU has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn


def is_narrow(tensor: torch.Tensor) -> bool:
    """Is it of floats of fewer bytes than fp32? CPUs compute with most of them slowly, so they are widened first."""
    return tensor.is_floating_point() and tensor.element_size() < 4


def asks_for_bf16(module: nn.Module) -> bool:
    """Is anything of it bfloat16? Then it computes in that where the CPU has kernels for it."""
    import torch

    return any(tensor.dtype == torch.bfloat16 for tensor in (*module.parameters(), *module.buffers()))


def has_narrow_parameters(module: nn.Module) -> bool:
    """Does it hold parameters that are widened before it computes?"""
    return any(map(is_narrow, module.parameters()))
