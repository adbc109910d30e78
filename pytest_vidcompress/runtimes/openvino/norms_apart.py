"""Batch norms of vectors behind integer layers, kept out of these.

OpenVINO 2026.2 makes such a norm part of the integer product in front of it, and where another one takes the result,
that reads memory which nobody wrote: logits are anything. With an axis more it leaves the two apart. Of what `fuse`
has rewritten no such norm is left.
"""

from __future__ import annotations

import torch
from torch import nn

from ...compress.int8.quantized import QuantizedLinear
from ...compress.layers.substitute import exactly, substitute


class _Apart(nn.Module):
    """A batch norm of vectors `(B, C)`, or of what it takes else."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        if inputs.ndim != 2:
            return self.norm(inputs)
        return self.norm(inputs.unsqueeze(-1)).squeeze(-1)


def needs_norms_apart(module: nn.Module) -> bool:
    """Has it both integer linear layers and batch norms that may take what these give?"""
    kinds = {type(part) for part in module.modules()}
    return {QuantizedLinear, nn.BatchNorm1d} <= kinds


def norms_apart(module: nn.Module) -> nn.Module:
    """Puts an axis around every batch norm of vectors, in place."""
    return substitute(module, exactly(nn.BatchNorm1d), lambda _, part: _Apart(part))
