"""Layers that hold int8 weights for storage alone, and compute in float."""

from __future__ import annotations

import copy

import torch
from torch import nn

from ..fuse.fused_layers import PerHead
from ..layers.product import Layer, bias_of, is_layer, product_of
from .rounding import dequantized, rounded

Storable = Layer | PerHead
"""Layers whose `weight` is `(outputs, ...)`."""


def is_storable(part: nn.Module) -> bool:
    """Can its weights be stored as int8?"""
    return is_layer(part) or type(part) is PerHead


class StoredInt8(nn.Module):
    """A layer whose weights are int8 on disk, and computed with in float.

    Args:
        layer: its weights, `(outputs, ...)`, get a scale an output.
    """

    weight: torch.Tensor
    weight_scale: torch.Tensor
    computes = "float32"

    def __init__(self, layer: Storable) -> None:
        super().__init__()
        weight, scale = rounded(layer.weight.detach())
        # What `deepcopy` finds in the memo it does not copy.
        self.layer = copy.deepcopy(layer, {id(layer.weight): None})
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", scale)

    def widened(self) -> nn.Module:
        """The layer with float weights."""
        layer = copy.deepcopy(self.layer)
        layer.weight = nn.Parameter(dequantized(self.weight, self.weight_scale), requires_grad=False)
        return layer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        # Not by a widened copy: exporters follow what happens to these tensors.
        weight = dequantized(self.weight, self.weight_scale)
        if isinstance(self.layer, PerHead):
            return self.layer.times(inputs, weight)
        return product_of(self.layer)(inputs, weight, bias_of(self.layer))


def halved_tables(module: nn.Module) -> nn.Module:
    """Makes halves of the tables that a fused model adds to its tokens; leaves any other model as it is."""
    for name in getattr(module, "tables", ()):
        setattr(module, name, getattr(module, name).half())
    return module
