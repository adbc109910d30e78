"""Parts as the exporter wants them: what is narrow stays narrow in the file, what multiplies integers says so.

Quantized layers are pairs of QuantizeLinear and DequantizeLinear, which ONNX Runtime joins to integer kernels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import nn

from ...compress.int8.quantized import QuantizedConvolution, QuantizedLayer, QuantizedLinear
from ...compress.int8.rounding import dequantized, fake_quantized, rounded
from ...compress.int8.stored_weights import StoredInt8
from ...compress.layers.geometry import ZEROS, Geometry
from ...compress.layers.substitute import substitute
from ...compress.layers.widening import widen_in_graph
from ...models.module_copy import module_copy

_LARGEST = 2.0**30
"""Integers of a bias are of 32 bits: what they count must not be finer."""


def exportable(module: nn.Module) -> nn.Module:
    """A copy whose parts are written as ONNX wants them."""
    module = substitute(
        module_copy(module),
        lambda part: isinstance(part, StoredInt8 | QuantizedLayer),
        lambda _, part: _written(part),
    )
    return widen_in_graph(module)


def _written(part: nn.Module) -> nn.Module:
    if isinstance(part, QuantizedConvolution):
        return _IntegerConvolution(part)
    return _IntegerLinear(part) if isinstance(part, QuantizedLinear) else _Widening(part)


class _Widening(nn.Module):
    """A layer with int8 weights in the file, fp32 in the arithmetic."""

    weight: torch.Tensor
    weight_scale: torch.Tensor

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self.layer = stored.layer
        del self.layer.weight  # no parameter: it gets a plain tensor in every call
        self.register_buffer("weight", stored.weight)
        self.register_buffer("weight_scale", stored.weight_scale)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.layer.weight = dequantized(self.weight, self.weight_scale)
        return self.layer(inputs)


class _IntegerLinear(nn.Module):
    """`QuantizedLinear` as a product of DequantizeLinear's."""

    weight: torch.Tensor
    weight_scale: torch.Tensor
    weight_zero_point: torch.Tensor
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, layer: QuantizedLinear) -> None:
        super().__init__()
        # Turned over here: a Transpose between the weights and the product would keep them from being joined.
        self.register_buffer("weight", layer.weight.t().contiguous())  # (inputs, outputs)
        self.register_buffer("weight_zero_point", torch.zeros_like(layer.weight[:, 0]))
        for name in ("weight_scale", "input_scale", "input_zero_point", "bias"):
            self.register_buffer(name, getattr(layer, name))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        rounded_inputs = fake_quantized(inputs, self.input_scale, self.input_zero_point)
        weight: torch.Tensor = _Dequantized.apply(self.weight, self.weight_scale, self.weight_zero_point)
        product = rounded_inputs @ weight
        return product if self.bias is None else product + self.bias


class _IntegerConvolution(nn.Module):
    """`QuantizedConvolution` as a Conv between DequantizeLinear and QuantizeLinear: its kernel rounds outputs too."""

    weight: torch.Tensor
    weight_scale: torch.Tensor
    bias: torch.Tensor
    bias_scale: torch.Tensor
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor
    output_scale: torch.Tensor
    output_zero_point: torch.Tensor

    def __init__(self, layer: QuantizedConvolution) -> None:
        super().__init__()
        self.geometry = layer.geometry
        weight, scale, bias = layer.weight, layer.weight_scale, layer.bias
        bias = torch.zeros_like(scale) if bias is None else bias
        # Integers of the bias count steps of inputs times steps of weights: too fine where weights are nearly zero.
        coarser = torch.maximum(scale, bias.abs() / (layer.input_scale * _LARGEST))
        if not torch.equal(coarser, scale):
            weight, scale = rounded(dequantized(weight, scale), coarser)
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", scale)
        self.register_buffer("bias_scale", scale * layer.input_scale)
        self.register_buffer("bias", (bias / self.bias_scale).round().to(torch.int32))
        for name in ("input_scale", "input_zero_point", "output_scale", "output_zero_point"):
            self.register_buffer(name, getattr(layer, name))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        # Nothing may lie between what is rounded and the Conv; zeros around it are the Conv's own.
        pads = self.geometry.padding_mode == ZEROS
        around = inputs if pads else self.geometry.padded(inputs)
        rounded_inputs = fake_quantized(around, self.input_scale, self.input_zero_point)
        outputs: torch.Tensor = _Convolved.apply(
            rounded_inputs, self.weight, self.weight_scale, self.bias, self.bias_scale, self.geometry
        )
        return fake_quantized(outputs, self.output_scale, self.output_zero_point)


class _Dequantized(torch.autograd.Function):
    """int8 `(inputs, outputs)` around zero and a scale an output -> fp32; DequantizeLinear in the graph."""

    @staticmethod
    def forward(
        ctx: Any, weight: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor
    ) -> torch.Tensor:
        return weight.float() * scale

    @staticmethod
    def symbolic(g: Any, weight: Any, scale: Any, zero_point: Any) -> Any:
        return g.op("DequantizeLinear", weight, scale, zero_point, axis_i=1)


class _Convolved(torch.autograd.Function):
    """A convolution with int8 weights and an int32 bias, a scale an output; a Conv of DequantizeLinear's.

    Its arguments are `(inputs, weight, weight_scale, bias, bias_scale, geometry)`: torch hands them on by place.
    """

    @staticmethod
    def forward(ctx: Any, inputs: torch.Tensor, *parts: Any) -> torch.Tensor:
        weight, weight_scale, bias, bias_scale, geometry = parts
        return _slid(geometry)(inputs, dequantized(weight, weight_scale), bias * bias_scale)

    @staticmethod
    def symbolic(g: Any, inputs: Any, *parts: Any) -> Any:
        weight, weight_scale, bias, bias_scale, geometry = parts
        sides = _slid(geometry).padding
        return g.op(
            "Conv",
            inputs,
            g.op("DequantizeLinear", weight, weight_scale, axis_i=0),
            g.op("DequantizeLinear", bias, bias_scale, axis_i=0),
            strides_i=list(geometry.stride),
            dilations_i=list(geometry.dilation),
            pads_i=[before for before, _ in sides] + [after for _, after in sides],
            group_i=geometry.groups,
        )


def _slid(geometry: Geometry) -> Geometry:
    """How it slides over inputs that have around them whatever is not zero."""
    if geometry.padding_mode == ZEROS:
        return geometry
    return replace(geometry, padding=((0, 0),) * len(geometry.padding), padding_mode=ZEROS)
