"""A module whose products compute in bfloat16, and all else in fp32.

Eight bits of a number are enough for what is multiplied and summed up in fp32, and too few for logits: of a
classifier in bfloat16 the two largest are often the same number. So sums, norms and the classifier stay fp32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ...models.frame_count import frame_axis_of, frames_of
from ...models.narrow import is_narrow
from ..fuse.fused_layers import PerHead
from .product import classifier, is_layer
from .substitute import substitute


class MixedPrecision(nn.Module):
    """Calls a module so that torch gives its products bfloat16.

    Args:
        module: its own by now: weights of products become bfloat16 if they are not, other narrow floats fp32.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        layers = {name: part for name, part in module.named_modules() if is_layer(part)}
        last = layers.get(classifier(layers))
        for part in module.modules():
            in_bf16 = part is not last and (is_layer(part) or type(part) is PerHead)
            _convert(part, torch.bfloat16 if in_bf16 else torch.float32)
        if last is not None and last is not module:
            substitute(module, lambda part: part is last, lambda _, part: _Wide(part))
        self.module = module
        self.num_frames, self.frame_axis = frames_of(module), frame_axis_of(module)

    def forward(self, pixels: torch.Tensor) -> Any:
        with torch.autocast(pixels.device.type, torch.bfloat16):
            return self.module(pixels)


class _Wide(nn.Module):
    """A layer that computes in fp32, whatever it is given."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        with torch.autocast(inputs.device.type, enabled=False):
            return self.layer(inputs.float())


def _convert(part: nn.Module, dtype: torch.dtype) -> None:
    """Makes floats of a part itself, fp32 or narrower, such of `dtype`."""
    for parameter in part.parameters(recurse=False):
        if is_narrow(parameter) or parameter.dtype == torch.float32:
            parameter.data = parameter.data.to(dtype)
    for name, buffer in [*part.named_buffers(recurse=False)]:
        if is_narrow(buffer) or buffer.dtype == torch.float32:
            setattr(part, name, buffer.to(dtype))
