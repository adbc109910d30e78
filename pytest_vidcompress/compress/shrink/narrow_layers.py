"""Layers with fewer outputs or inputs, in place: their tensors and the numbers that say how many there are."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..layers.product import Layer, bias_of


def keep_outputs(layer: Layer, chosen: torch.Tensor) -> None:
    """Leaves these outputs of a layer, by their indices."""
    bias = bias_of(layer)
    _put(layer, layer.weight[chosen], None if bias is None else bias[chosen])


def keep_inputs(layer: Layer, chosen: torch.Tensor) -> None:
    """Leaves these inputs of a layer without groups, by their indices; channels of a convolution."""
    _put(layer, layer.weight[:, chosen], bias_of(layer))


def is_depthwise(layer: Layer) -> bool:
    """Does it compute each of its outputs of one channel, of each channel one?"""
    groups = getattr(layer, "groups", 1)
    return groups > 1 and layer.weight.shape[:2] == (groups, 1)


def keep_by_channel(layer: Layer, chosen: torch.Tensor) -> None:
    """Leaves these channels of a depthwise convolution, by their indices."""
    _count(layer, "groups", len(chosen))
    keep_outputs(layer, chosen)


def replace_numbers(layer: Layer, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    """Gives a layer other numbers, in its own type: a weight `(outputs, inputs, ...)`, flat or not, and a bias."""
    _put(layer, weight.reshape(len(weight), -1, *layer.weight.shape[2:]), bias)


def resize(layer: Layer, outputs: int, inputs: int) -> None:
    """Gives a layer so many outputs and inputs, of whatever numbers; leaves one that has them.

    A depthwise convolution stays one, whatever `inputs` are.
    """
    if is_depthwise(layer):
        inputs = outputs
        _count(layer, "groups", outputs)
    groups = getattr(layer, "groups", 1)
    shape = (outputs, inputs // groups, *layer.weight.shape[2:])
    if tuple(layer.weight.shape) != shape:
        bias = None if bias_of(layer) is None else layer.weight.new_empty(outputs)
        _put(layer, layer.weight.new_empty(shape), bias)


def keep_channels(norm: nn.Module, chosen: torch.Tensor) -> None:
    """Leaves these channels of a batch norm."""
    for name, tensor in [*norm.named_parameters(recurse=False), *norm.named_buffers(recurse=False)]:
        if tensor.ndim == 1:
            _set(norm, name, tensor[chosen])
    _count(norm, "num_features", len(chosen))


def resize_norm(norm: nn.Module, channels: int) -> None:
    """Gives a batch norm so many channels, of whatever numbers; leaves one that has them."""
    if getattr(norm, "num_features", channels) != channels:
        keep_channels(norm, torch.zeros(channels, dtype=torch.long))


def plain_norm(norm: nn.LayerNorm, width: int) -> nn.LayerNorm:
    """A layer norm over so many channels that neither scales nor shifts, and can."""
    like: dict[str, Any] = {"device": norm.weight.device, "dtype": norm.weight.dtype}
    made = nn.LayerNorm(width, eps=norm.eps, **like)
    made.requires_grad_(norm.weight.requires_grad)
    return made.train(norm.training)


def _put(layer: Layer, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    dtype = layer.weight.dtype
    own = None if bias is None else bias.detach().to(dtype).clone()
    trained = layer.weight.requires_grad
    layer.weight = nn.Parameter(weight.detach().to(dtype).contiguous().clone(), requires_grad=trained)
    if own is not None:
        layer.bias = nn.Parameter(own, requires_grad=trained)
    groups = getattr(layer, "groups", 1)
    outputs, inputs = len(weight), weight.shape[1] * groups
    of_linear = isinstance(layer, nn.Linear)
    _count(layer, "out_features" if of_linear else "out_channels", outputs)
    _count(layer, "in_features" if of_linear else "in_channels", inputs)


def _set(part: nn.Module, name: str, tensor: torch.Tensor) -> None:
    before: Any = getattr(part, name)
    own = tensor.detach().clone()
    if isinstance(before, nn.Parameter):
        setattr(part, name, nn.Parameter(own, requires_grad=before.requires_grad))
    else:
        setattr(part, name, own)


def _count(part: nn.Module, name: str, number: int) -> None:
    setattr(part, name, number)
