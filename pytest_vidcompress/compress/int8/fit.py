"""Scales that lose least: of a layer's weights, inputs and outputs, and of the parts of attention."""

from __future__ import annotations

import torch
from torch import nn

from ..layers.product import Layer, bias_of, multiplied
from .observe import Seen
from .quantized import QuantizedConvolution, QuantizedLayer, QuantizedLinear
from .range import Range
from .rounding import HIGHEST, dequantized, rounded

SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4)
"""Of the reach, from which the best is chosen: what lies outside is cut off, what lies inside gets finer steps."""


def fitted(layer: Layer, seen: Seen, is_rectified: bool = False) -> QuantizedLayer:
    """The int8 layer whose outputs lie closest to those of `layer`.

    Args:
        is_rectified: of what a convolution gives, nothing below zero goes on.

    The bias takes up what rounding the weights shifts on average (Nagel et al., "Data-Free Quantization Through
    Weight Equalization and Bias Correction", ICCV 2019, section 4.2).
    """
    weight, rows = layer.weight.detach(), seen.sample
    inputs, scale = input_range(layer, rows), weight_scale(weight)
    if isinstance(layer, nn.Linear):
        made: QuantizedLayer = QuantizedLinear(layer, inputs, scale)
        shift = (weight - dequantized(made.weight, made.weight_scale)) @ seen.mean
    else:
        made = QuantizedConvolution(layer, inputs, output_range(layer, rows, is_rectified), scale)
        lost = weight - dequantized(made.weight, made.weight_scale)
        shift = multiplied(layer, seen.mean.unsqueeze(0), lost)[0]
    made.bias = shift if made.bias is None else made.bias + shift
    return made


def weight_scale(weight: torch.Tensor) -> torch.Tensor:
    """The scale of each output's weights, `(outputs, ...)`, that rounds them with the least squared error:
    `(outputs,)`."""
    weight = weight.flatten(1)
    reach = weight.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / HIGHEST
    best, least = reach, torch.full_like(reach, float("inf"))
    for share in SHARES[:-3]:
        units, scale = rounded(weight, reach * share)
        error = (dequantized(units, scale) - weight).square().sum(1)
        best, least = torch.where(error < least, scale, best), torch.minimum(error, least)
    return best


def input_range(layer: Layer, rows: torch.Tensor) -> Range:
    """The range of the inputs with which the layer's outputs err least."""
    weight = layer.weight.detach()

    def error(candidate: Range) -> float:
        return float(multiplied(layer, candidate(rows) - rows, weight).square().mean())

    return min(_candidates(rows), key=error)


def output_range(layer: Layer, rows: torch.Tensor, is_rectified: bool = False) -> Range:
    """The range of the outputs with which they err least themselves; those below zero alike if `is_rectified`."""
    outputs, bias = multiplied(layer, rows, layer.weight.detach()), bias_of(layer)
    if bias is not None:
        outputs = outputs + bias.detach()
    if is_rectified:
        outputs = outputs.relu()
    return _closest(_candidates(outputs), outputs)


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
    return _closest(candidates, values)


def _closest(candidates: list[Range], values: torch.Tensor) -> Range:
    return min(candidates, key=lambda each: float((each(values) - values).square().mean()))


def _candidates(values: torch.Tensor) -> list[Range]:
    low, high = float(values.min()), float(values.max())
    return [
        *(Range.of(low * share, high * share) for share in SHARES),
        # Where only what lies above is far out, as after GELU.
        *(Range.of(low, high * share) for share in SHARES[1:]),
        *(Range.around_zero(max(-low, high) * share) for share in SHARES),
    ]
