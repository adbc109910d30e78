"""Layers that multiply what they are given with weights: linear layers and convolutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

import torch
from torch import nn
from torch.nn.functional import linear

from .geometry import Geometry

Convolution = nn.Conv1d | nn.Conv2d | nn.Conv3d
Layer = nn.Linear | Convolution
"""Its `weight` is `(outputs, inputs, ...)`; `(outputs, inputs / groups, ...)` where a convolution has groups."""
Product = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]
"""`(inputs, weight, bias) -> outputs`: what a layer does with other weights; it pickles."""

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def is_layer(part: object) -> TypeGuard[Layer]:
    """Is it one of these, with nothing of its own between its weights and their product?

    What derives from a linear layer is none: it may be called in other ways, as in `nn.MultiheadAttention`. Of
    convolutions those count that compute as theirs does, such as torchvision's, which only set arguments.
    """
    if not (type(part) is nn.Linear or is_convolution(part)):
        return False
    # What a hook or a parametrization computes in every call is no parameter.
    return "weight" in dict(part.named_parameters(recurse=False))


def has_weights(part: object) -> TypeGuard[Layer]:
    """Does it hold the weights of one of these, whatever it does with them?"""
    return isinstance(part, (nn.Linear, *_CONVOLUTIONS))


def is_convolution(part: object) -> TypeGuard[Convolution]:
    """Is it a convolution that computes as torch's own?"""
    for kind in _CONVOLUTIONS:
        if isinstance(part, kind):
            own, theirs = type(part), kind
            return own.forward is theirs.forward and own._conv_forward is theirs._conv_forward  # pyright: ignore[reportPrivateUsage]
    return False


def classifier(layers: Mapping[str, nn.Module]) -> str:
    """The one of some layers that gives the logits, as their order tells: the last linear one, of convolutions alone
    the last.

    Args:
        layers: of a whole module, by their dotted names, in its order.

    Returns:
        Its name; empty where there are no layers.
    """
    linear = [name for name, part in layers.items() if isinstance(part, nn.Linear)]
    return (linear or [*layers] or [""])[-1]


def bias_of(layer: Layer) -> torch.Tensor | None:
    """Its bias, where it has one; torch's annotations of linear layers say that all have."""
    return layer.bias


def product_of(layer: Layer) -> Product:
    """What `layer` does with other weights."""
    return linear if isinstance(layer, nn.Linear) else Geometry.of(layer)


def input_channels(layer: Layer, weight: torch.Tensor) -> torch.Tensor:
    """A view of weights by the channel of the inputs that they meet: `(groups, outputs, channels, positions)`."""
    groups = 1 if isinstance(layer, nn.Linear) else layer.groups
    return weight.reshape(groups, weight.shape[0] // groups, weight.shape[1], -1)


def multiplied(layer: Layer, rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Outputs without bias, `(rows, outputs)`, for what single outputs meet.

    Args:
        rows: `(rows, inputs)`; of a convolution `(rows, channels * kernel)`, the patch under the kernel.
        weight: as the layer has it.
    """
    groups = 1 if isinstance(layer, nn.Linear) else layer.groups
    if groups == 1:
        return linear(rows, weight.flatten(1))
    parts = rows.unflatten(1, (groups, -1)).transpose(0, 1)  # (groups, rows, channels * kernel)
    by_group = weight.flatten(1).unflatten(0, (groups, -1))  # (groups, outputs, channels * kernel)
    return (parts @ by_group.transpose(1, 2)).transpose(0, 1).flatten(1)
