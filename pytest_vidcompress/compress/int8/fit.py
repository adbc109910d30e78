"""Scales that lose least: of a layer's weights and inputs, and of the parts of attention."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import linear

from .layers import HIGHEST, QuantizedLinear, dequantized, rounded
from .range import Range

SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4)
"""Of the reach, from which the best is chosen: what lies outside is cut off, what lies inside gets finer steps."""


def quantized(layer: nn.Linear, inputs: torch.Tensor, mean: torch.Tensor) -> QuantizedLinear:
    """The int8 layer whose outputs lie closest to those of `layer`.

    Args:
        inputs: rows that it is given, `(rows, inputs)`.
        mean: of all rows that it is given, `(inputs,)`.

    The bias takes up what rounding the weights shifts on average (Nagel et al., "Data-Free Quantization Through
    Weight Equalization and Bias Correction", ICCV 2019, section 4.2).
    """
    scale = weight_scale(layer.weight.detach())
    made = QuantizedLinear(layer, input_range(layer, inputs), scale)
    shift = (layer.weight.detach() - dequantized(made.weight, made.weight_scale)) @ mean
    made.bias = shift if made.bias is None else made.bias + shift
    return made


def weight_scale(weight: torch.Tensor) -> torch.Tensor:
    """The scale of each output's weights that rounds them with the least squared error, `(outputs,)`."""
    reach = weight.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / HIGHEST
    best, least = reach, torch.full_like(reach, float("inf"))
    for share in SHARES[:-3]:
        units, scale = rounded(weight, reach * share)
        error = (dequantized(units, scale) - weight).square().sum(1)
        best, least = torch.where(error < least, scale, best), torch.minimum(error, least)
    return best


def input_range(layer: nn.Linear, inputs: torch.Tensor) -> Range:
    """The range of the inputs with which the layer's outputs err least."""
    weight = layer.weight.detach()

    def error(candidate: Range) -> float:
        return float(linear(candidate(inputs) - inputs, weight).square().mean())

    return min(_candidates(inputs), key=error)


def factor_range(values: torch.Tensor) -> Range:
    """The range with which the factor of a product errs least.

    Integers of two factors are multiplied only if neither has an offset: OpenVINO computes in float what has one.
    So it lies around zero, or above zero where nothing lies below.
    """
    low, high = float(values.min()), float(values.max())
    if low < 0:
        candidates = [Range.around_zero(max(-low, high) * share) for share in SHARES]
    else:
        candidates = [Range.of(0.0, high * share) for share in SHARES]
    return min(candidates, key=lambda each: float((each(values) - values).square().mean()))


def _candidates(values: torch.Tensor) -> list[Range]:
    low, high = float(values.min()), float(values.max())
    return [
        *(Range.of(low * share, high * share) for share in SHARES),
        # Where only what lies above is far out, as after GELU.
        *(Range.of(low, high * share) for share in SHARES[1:]),
        *(Range.around_zero(max(-low, high) * share) for share in SHARES),
    ]
