"""Convolutions of clips that look at one frame, or at one place, as convolutions of images. Heavy.

Kernels of images are the faster ones, and for few small frames torch has no fast kernel of clips at all. Where
channels come last in memory these are views.
"""

from __future__ import annotations

from typing import TypeGuard, cast

import torch
from torch import nn
from torch.nn.functional import conv2d, conv3d

from ..layers.adopt import adopt
from ..layers.substitute import substitute
from .reconstruction import as_clips, as_images

Extents = tuple[int, int, int]


class PlanarConvolution(nn.Conv3d):
    """As its class, of one group and without dilation."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        stride, padding = (cast(Extents, each) for each in (self.stride, self.padding))
        return convolved(input, self.weight, self.bias, stride, padding)


def in_planes(module: nn.Module) -> nn.Module:
    """Convolutions of a module as `PlanarConvolution`, in place."""
    return substitute(module, _can_be, lambda _, part: adopt(PlanarConvolution, part))


def convolved(
    clip: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, stride: Extents, padding: Extents
) -> torch.Tensor:
    """`(B, C, T, H, W)`, filtered by a kernel `(F, C, t, h, w)` -> `(B, F, T', H', W')`, as `conv3d` does.

    Args:
        stride, padding: along time, height and width.
    """
    if clip.stride(1) != 1:
        return conv3d(clip, weight, bias, stride, padding)
    if sees_one_frame(weight, padding):
        images = as_images(clip[:, :, :: stride[0]])
        return as_clips(conv2d(images, weight.squeeze(2), bias, stride[1:], padding[1:]), len(clip))
    if weight.shape[3:] == (1, 1) and stride[1:] == (1, 1) and padding[1:] == (0, 0):
        rows = clip.flatten(3)  # of one frame each
        made = conv2d(rows, weight.squeeze(4), bias, (stride[0], 1), (padding[0], 0))
        return made.unflatten(3, clip.shape[3:])
    return conv3d(clip, weight, bias, stride, padding)


def sees_one_frame(weight: torch.Tensor, padding: Extents) -> bool:
    """Of a clip, at a time."""
    return weight.shape[2] == 1 and not padding[0]


def _can_be(part: nn.Module) -> TypeGuard[nn.Conv3d]:
    return (
        type(part) is nn.Conv3d
        and part.groups == 1
        and part.padding_mode == "zeros"
        and not isinstance(part.padding, str)
        and {*part.dilation} == {1}
    )
