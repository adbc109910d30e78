"""Matrices in halves on disk: a learned variant in a repository takes half the bytes.

Rounded once, when it is stored, it answers everywhere as it was measured.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import nn


def halve(module: nn.Module) -> tuple[str, ...]:
    """Rounds matrices and tables of 32 bits that fit to halves, in place; vectors, such as scales and biases, stay.

    Returns:
        The names of those that are halves now and were not.
    """
    names: list[str] = []
    for name, value in _tensors(module).items():
        if value.dtype == torch.float32 and value.ndim > 1:
            half = value.detach().half()
            if torch.equal(half.isfinite(), value.isfinite()):
                value.data = half
                names.append(name)
    return tuple(names)


def widen(module: nn.Module, names: Collection[str]) -> None:
    """Undoes `halve`, but for the rounding."""
    for name, value in _tensors(module).items():
        if name in names:
            value.data = value.detach().float()


def _tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    state = module.state_dict(keep_vars=True)
    return {
        name: value
        for name, value in state.items()
        if isinstance(value, torch.Tensor) and value.layout == torch.strided and not value.is_quantized
    }
