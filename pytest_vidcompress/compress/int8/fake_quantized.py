"""A layer that rounds as its int8 one will, and learns: its weights, and how far its ranges reach."""

from __future__ import annotations

import torch
from torch import nn

from ..layers.product import Layer, product_of
from .quantized import QuantizedConvolution, QuantizedLayer, QuantizedLinear
from .range import LEVELS, Range
from .rounding import HIGHEST


class FakeQuantized(nn.Module):
    """What int8 loses in the forward pass, and what float would learn in the backward pass.

    Rounding passes gradients on as they are where nothing is cut off (Bengio et al., "Estimating or Propagating
    Gradients Through Stochastic Neurons", 2013); steps learn by how numbers lie between them (Esser et al., "Learned
    Step Size Quantization", ICLR 2020, section 2.1), by the logarithm of a factor, so that one rate fits all of them.

    Args:
        layer: whose weights learn; it becomes a part of this one.
        start: its int8 layer, as calibration found it: ranges and bias to start from.
    """

    weight_scale: torch.Tensor
    input_scale: torch.Tensor
    input_zero_point: torch.Tensor

    def __init__(self, layer: Layer, start: QuantizedLayer) -> None:
        super().__init__()
        self.layer = layer
        bias = None if start.bias is None else nn.Parameter(start.bias.detach().clone())
        layer.register_parameter("bias", bias)
        for name in ("weight_scale", "input_scale", "input_zero_point"):
            self.register_buffer(name, getattr(start, name).detach().clone())
        self.weight_factor = nn.Parameter(torch.zeros_like(self.weight_scale))
        self.input_factor = nn.Parameter(torch.zeros_like(self.input_scale))
        self._start = (start,)  # not a part: it learns nothing and is in no state dict

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        input_scale = self.input_scale * self.input_factor.exp()
        point = self.input_zero_point
        taken = (_rounded(inputs / input_scale + point, 0, LEVELS - 1) - point) * input_scale
        weight = self.layer.weight
        scale = self._by_output(self.weight_scale * self.weight_factor.exp())
        rounded_weight = _rounded(weight / scale, -HIGHEST, HIGHEST) * scale
        return product_of(self.layer)(taken, rounded_weight, self.layer.bias)

    @torch.no_grad()
    def quantized(self) -> QuantizedLayer:
        """The int8 layer of what was learned."""
        inputs = Range(float(self.input_scale * self.input_factor.exp()), int(self.input_zero_point))
        scale = self.weight_scale * self.weight_factor.exp()
        if isinstance(self.layer, nn.Linear):
            return QuantizedLinear(self.layer, inputs, scale)
        start = self._start[0]
        assert isinstance(start, QuantizedConvolution)  # as calibration makes of a convolution
        outputs = Range(float(start.output_scale), int(start.output_zero_point))
        return QuantizedConvolution(self.layer, inputs, outputs, scale)

    def _by_output(self, scale: torch.Tensor) -> torch.Tensor:
        return scale.reshape(-1, *[1] * (self.layer.weight.ndim - 1))


def _rounded(values: torch.Tensor, low: int, high: int) -> torch.Tensor:
    """Whole numbers of `low` to `high`, with the gradient of what was not cut off."""
    clamped = values.clamp(low, high)
    return clamped + (clamped.round() - clamped).detach()
