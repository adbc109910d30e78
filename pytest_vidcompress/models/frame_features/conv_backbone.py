"""The packaged backbone: a small convolutional net for frames of 32 pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

WIDTHS = (24, 48, 64)
_POOLED = 2
"""Rows and columns of what is left of a frame: where something lies is coarsely known."""


class ConvBackbone(nn.Module):
    """Frames `(B, 3, H, W)`, H and W at least 16 -> features `(B, N)`.

    A stage halves the frame and convolves it once more; of 32 pixels 4 are left, which are pooled to 2 x 2. Every
    layer has a batch norm behind it, which `fuse` makes part of it: 118,200 weights in all as it is packaged.

    Args:
        features: N.
        widths: channels of each stage.
    """

    def __init__(self, features: int = 64, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.size = features
        channels, stages = 3, list[nn.Module]()
        for width in widths:
            stages += [*_convolved(channels, width, 2), *_convolved(width, width, 1)]
            channels = width
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(_POOLED)
        self.head = nn.Linear(_POOLED**2 * channels, features, bias=False)
        self.head_norm = nn.BatchNorm1d(features)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.head_norm(self.head(self.pool(self.stages(frames)).flatten(1)))


def _convolved(channels: int, width: int, stride: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(width), nn.ReLU()
