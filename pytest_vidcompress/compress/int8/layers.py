"""Layers that hold int8 weights: for storage alone, or to be multiplied as integers.

A runtime with integer kernels takes the scales from here; torch computes the same numbers in float, from
`widened()` copies.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.functional import conv2d, conv3d, linear

from ...errors import VidcompressError
from ..fuse.blocks import PerHead, bias_of
from .range import LEVELS, Range

HIGHEST = 127
"""Weights are symmetric: -127 ... 127."""
Weighted = nn.Linear | nn.Conv2d | nn.Conv3d | PerHead
"""Layers whose `weight` is `(outputs, ...)`."""


def _linear(inputs: torch.Tensor, weight: torch.Tensor, layer: Any) -> torch.Tensor:
    return linear(inputs, weight, layer.bias)


def _per_head(inputs: torch.Tensor, weight: torch.Tensor, layer: Any) -> torch.Tensor:
    return layer.times(inputs, weight)


def _conv2d(inputs: torch.Tensor, weight: torch.Tensor, layer: Any) -> torch.Tensor:
    return conv2d(inputs, weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups)


def _conv3d(inputs: torch.Tensor, weight: torch.Tensor, layer: Any) -> torch.Tensor:
    return conv3d(inputs, weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups)


_COMPUTED: Mapping[type, Callable[[torch.Tensor, torch.Tensor, Any], torch.Tensor]] = {
    nn.Linear: _linear,
    PerHead: _per_head,
    nn.Conv2d: _conv2d,
    nn.Conv3d: _conv3d,
}
"""What a layer does with other weights."""
STORABLE = tuple(_COMPUTED)


class StoredInt8(nn.Module):
    """A layer whose weights are int8 on disk, and computed with in float.

    Args:
        layer: its weights, `(outputs, ...)`, get a scale an output.
    """

    weight: torch.Tensor
    weight_scale: torch.Tensor
    computes = "float32"

    def __init__(self, layer: Weighted) -> None:
        super().__init__()
        weight, scale = rounded(layer.weight.detach())
        self.layer = _without_weight(layer)
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", scale)

    def widened(self) -> nn.Module:
        """The layer with float weights."""
        layer = copy.deepcopy(self.layer)
        layer.weight = nn.Parameter(dequantized(self.weight, self.weight_scale), requires_grad=False)
        return layer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        # Not by a widened copy: exporters follow what happens to these tensors.
        return _COMPUTED[type(self.layer)](inputs, dequantized(self.weight, self.weight_scale), self.layer)


class QuantizedLinear(nn.Module):
    """A linear layer whose weights and inputs are int8.

    Weights are symmetric with a scale an output, inputs have one range for all their values.

    Args:
        layer: with the weights to round.
        inputs: the range of what it is given.
        scale: of the weights, `(outputs,)`; None takes the largest weight of each output.
    """

    weight: torch.Tensor
    weight_scale: torch.Tensor
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor
    bias: torch.Tensor | None
    computes = "int8"

    def __init__(self, layer: nn.Linear, inputs: Range, scale: torch.Tensor | None = None) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        weight, scale = rounded(layer.weight.detach(), scale)
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", scale)
        self.register_buffer("input_scale", torch.tensor(inputs.scale))
        self.register_buffer("input_zero_point", torch.tensor(inputs.zero_point, dtype=torch.int32))
        bias = bias_of(layer)
        self.register_buffer("bias", None if bias is None else bias.detach().clone())

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        taken = in_range(inputs, self.input_scale, self.input_zero_point)
        return linear(taken, dequantized(self.weight, self.weight_scale), self.bias)

    def widened(self) -> nn.Module:
        """The same numbers, without the conversion of the weights in every call."""
        return _Simulated(self)


class QuantizedAttention(nn.Module):
    """Scaled dot-product attention whose two products are of int8; its parts have one range each."""

    attention_computes = "int8"

    def __init__(self, query: Range, key: Range, value: Range, weights: Range) -> None:
        super().__init__()
        parts = {"query": query, "key": key, "value": value, "weights": weights}
        for name, seen in parts.items():
            self.register_buffer(f"{name}_scale", torch.tensor(seen.scale))
            self.register_buffer(f"{name}_zero_point", torch.tensor(seen.zero_point, dtype=torch.int32))

    def forward(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """`(B, heads, L, d)` and twice `(B, heads, S, d)` -> `(B, heads, L, d)`."""
        scores = self._in_range("query", query) @ self._in_range("key", key).transpose(-2, -1)
        weights = (scores * query.shape[-1] ** -0.5).softmax(-1)
        return self._in_range("weights", weights) @ self._in_range("value", value)

    def _in_range(self, name: str, values: torch.Tensor) -> torch.Tensor:
        return in_range(values, getattr(self, f"{name}_scale"), getattr(self, f"{name}_zero_point"))


class _Simulated(nn.Module):
    """`QuantizedLinear` with its weights in float."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor

    def __init__(self, layer: QuantizedLinear) -> None:
        super().__init__()
        self.register_buffer("weight", dequantized(layer.weight, layer.weight_scale))
        self.register_buffer("bias", layer.bias)
        self.register_buffer("input_scale", layer.input_scale)
        self.register_buffer("input_zero_point", layer.input_zero_point)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return linear(in_range(inputs, self.input_scale, self.input_zero_point), self.weight, self.bias)


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
    return weight.to(scale.dtype) * scale.reshape(-1, *[1] * (weight.ndim - 1))


def in_range(values: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor) -> torch.Tensor:
    """Values rounded to the 256 that a range has."""
    return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, LEVELS - 1)


def replaced(
    module: nn.Module, kinds: type | tuple[type, ...], make: Callable[[str, nn.Module], nn.Module | None]
) -> nn.Module:
    """Puts others in the place of parts of `module`.

    Args:
        kinds: the classes of those parts, exactly: what only derives from them may do something else.
        make: `(dotted name, part) -> what takes its place`; None leaves it.
    """
    chosen = (kinds,) if isinstance(kinds, type) else kinds
    places = [(name, part) for name, part in module.named_modules() if type(part) in chosen]
    if any(part is module for _, part in places):
        raise VidcompressError(f"a bare {type(module).__name__} is no model: wrap it in a module")
    for name, part in places:
        other = make(name, part)
        if other is not None:
            parent, _, last = name.rpartition(".")
            setattr(module.get_submodule(parent), last, other)
    return module


def halved_tables(module: nn.Module) -> nn.Module:
    """Makes halves of the tables that a fused model adds to its tokens; leaves any other model as it is."""
    for name in getattr(module, "tables", ()):
        setattr(module, name, getattr(module, name).half())
    return module


def _without_weight(layer: Weighted) -> nn.Module:
    # What `deepcopy` finds in the memo it does not copy.
    return copy.deepcopy(layer, {id(layer.weight): None})
