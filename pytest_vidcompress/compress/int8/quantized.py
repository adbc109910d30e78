"""Parts that multiply int8 by int8.

A runtime with integer kernels takes the scales from here; torch computes the same numbers in float, from `widened()`
copies.
"""

from __future__ import annotations

import torch
from torch import nn

from ..layers.geometry import Geometry
from ..layers.product import Convolution, Layer, Product, bias_of, product_of
from .range import Range
from .rounding import dequantized, fake_quantized, rounded


class QuantizedLayer(nn.Module):
    """A layer whose weights and inputs are int8.

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

    def __init__(self, layer: Layer, inputs: Range, scale: torch.Tensor | None = None) -> None:
        super().__init__()
        self.product: Product = product_of(layer)
        weight, scale = rounded(layer.weight.detach(), scale)
        self.register_buffer("weight", weight)
        self.register_buffer("weight_scale", scale)
        register_range(self, "input", inputs)
        bias = bias_of(layer)
        self.register_buffer("bias", None if bias is None else bias.detach().clone())

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        # Tracing writes the names of variables into the files of OpenVINO, whose size is held.
        taken = fake_quantized(inputs, self.input_scale, self.input_zero_point)
        return self.product(taken, dequantized(self.weight, self.weight_scale), self.bias)

    def widened(self) -> nn.Module:
        """The same numbers, without the conversion of the weights in every call."""
        return _Simulated(self)


class QuantizedLinear(QuantizedLayer):
    """A linear layer whose weights and inputs are int8."""

    def __init__(self, layer: nn.Linear, inputs: Range, scale: torch.Tensor | None = None) -> None:
        super().__init__(layer, inputs, scale)
        self.in_features, self.out_features = layer.in_features, layer.out_features


class QuantizedConvolution(QuantizedLayer):
    """A convolution whose weights and inputs are int8.

    Args:
        layer: with the weights to round.
        inputs: the range of what it is given.
        outputs: the range of what it gives, for runtimes whose integer kernels round that too; nothing else does.
        scale: of the weights, `(outputs,)`; None takes the largest weight of each output.
    """

    output_scale: torch.Tensor
    output_zero_point: torch.Tensor

    def __init__(
        self, layer: Convolution, inputs: Range, outputs: Range, scale: torch.Tensor | None = None
    ) -> None:
        super().__init__(layer, inputs, scale)
        self.geometry = Geometry.of(layer)
        register_range(self, "output", outputs)


class QuantizedAttention(nn.Module):
    """Scaled dot-product attention whose two products are of int8; its parts have one range each."""

    attention_computes = "int8"

    def __init__(self, query: Range, key: Range, value: Range, weights: Range) -> None:
        super().__init__()
        for name, values in {"query": query, "key": key, "value": value, "weights": weights}.items():
            register_range(self, name, values)

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, bias: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`(B, heads, L, d)` and twice `(B, heads, S, d)` -> `(B, heads, L, d)`; `bias` is added to the scores."""
        scores = self._rounded("query", query) @ self._rounded("key", key).transpose(-2, -1)
        if bias is not None:
            scores = scores + bias * query.shape[-1] ** 0.5
        weights = (scores * query.shape[-1] ** -0.5).softmax(-1)
        return self._rounded("weights", weights) @ self._rounded("value", value)

    def _rounded(self, name: str, values: torch.Tensor) -> torch.Tensor:
        return fake_quantized(values, getattr(self, f"{name}_scale"), getattr(self, f"{name}_zero_point"))


class _Simulated(nn.Module):
    """A quantized layer with its weights in float."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor

    def __init__(self, layer: QuantizedLayer) -> None:
        super().__init__()
        self.product = layer.product
        self.register_buffer("weight", dequantized(layer.weight, layer.weight_scale))
        for name in ("bias", "input_scale", "input_zero_point"):
            self.register_buffer(name, getattr(layer, name))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        rounded_inputs = fake_quantized(inputs, self.input_scale, self.input_zero_point)
        return self.product(rounded_inputs, self.weight, self.bias)


def register_range(part: nn.Module, name: str, values: Range) -> None:
    """Gives a part the buffers `{name}_scale` and `{name}_zero_point`."""
    part.register_buffer(f"{name}_scale", torch.tensor(values.scale))
    part.register_buffer(f"{name}_zero_point", torch.tensor(values.zero_point, dtype=torch.int32))
