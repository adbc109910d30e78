"""Where weights lie in memory, which decides the last bits of what is computed of them.

Kernels take other ways over numbers that do not begin at a cache line, as those of a checkpoint that was mapped into
memory may not. Pickling moves them: a process that is to say the same, bit for bit, moves them back.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

_LINE = 64
"""Bytes of a cache line."""


def placement(run: object) -> list[int]:
    """Of each tensor of a module, how far from a cache line it begins; empty of what is no module."""
    return [tensor.data_ptr() % _LINE for tensor in _tensors(run)]


def place(run: object, at: Sequence[int]) -> None:
    """Moves the tensors of a copy of a module to where `placement` found them."""
    for tensor, begins in zip(_tensors(run), at, strict=True):
        if tensor.data_ptr() % _LINE != begins and tensor.is_contiguous() and tensor.is_cpu:
            tensor.data = _moved(tensor, begins)


def _moved(tensor: torch.Tensor, begins: int) -> torch.Tensor:
    size = tensor.numel() * tensor.element_size()
    room = torch.empty(size + 2 * _LINE, dtype=torch.uint8)
    first = (begins - room.data_ptr()) % _LINE
    moved = room[first : first + size].view(tensor.dtype).view(tensor.shape)
    return moved.copy_(tensor.detach())


def _tensors(run: object) -> Sequence[torch.Tensor]:
    if not isinstance(run, nn.Module):
        return ()
    found = (*run.parameters(), *run.buffers())
    return [
        tensor for tensor in found if type(tensor) in (torch.Tensor, nn.Parameter) and not tensor.is_quantized
    ]
