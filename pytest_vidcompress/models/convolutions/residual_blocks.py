"""Residual blocks with a bottleneck, and the stem and the head around them, by PyTorchVideo's names. Heavy.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, along time as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import avg_pool3d

Extents = tuple[int, int, int]
"""Of frames, height and width."""


def convolution(
    inputs: int, outputs: int, kernel: Extents = (1, 1, 1), stride: Extents = (1, 1, 1), groups: int = 1
) -> nn.Conv3d:
    """A convolution that keeps the size where its stride is 1; a batch norm follows it, so it has no bias."""
    time, height, width = kernel
    padding = (time // 2, height // 2, width // 2)
    return nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)


class Bottleneck(nn.Module):
    """Three convolutions, of which the second strides. `(B, C, T, H, W)` -> the same axes.

    Args:
        convolutions: the three.
        gate: what weighs channels behind the second one; None: nothing, and its norm has no part beside it.
        inner: the activation behind the second one.
    """

    def __init__(
        self, convolutions: Sequence[nn.Conv3d], gate: nn.Module | None = None, inner: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.conv_a, self.conv_b, self.conv_c = convolutions
        self.norm_a, norm, self.norm_c = (nn.BatchNorm3d(each.out_channels) for each in convolutions)
        self.norm_b = norm if gate is None else nn.Sequential(norm, gate)
        self.act_a = nn.ReLU()
        self.act_b = inner or nn.ReLU()

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        hidden = self.act_a(self.norm_a(self.conv_a(clip)))
        hidden = self.act_b(self.norm_b(self.conv_b(hidden)))
        return self.norm_c(self.conv_c(hidden))


class Residual(nn.Module):
    """`branch1(x) + branch2(x)`, and no less than 0; `branch1` is the identity where it may be.

    Args:
        shortcut: a convolution that brings `x` to the shape of the rest; None for the identity.
        norm: behind that; None for none.
        branch2: the rest.
    """

    def __init__(self, shortcut: nn.Conv3d | None, norm: nn.BatchNorm3d | None, branch2: nn.Module) -> None:
        super().__init__()
        self.branch1_conv, self.branch1_norm, self.branch2 = shortcut, norm, branch2
        self.activation = nn.ReLU()

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        own = clip if self.branch1_conv is None else self.branch1_conv(clip)
        if self.branch1_norm is not None:
            own = self.branch1_norm(own)
        return self.activation(own + self.branch2(clip))


class Stage(nn.Module):
    """Residual blocks in a row."""

    def __init__(self, blocks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.res_blocks = nn.ModuleList(blocks)

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        for block in self.res_blocks:
            clip = block(clip)
        return clip


class Stem(nn.Module):
    """Pixels `(B, 3, T, H, W)` -> `(B, C, T, H', W')`.

    Args:
        conv: the convolution, or several.
        width: channels that it gives.
        pool: behind it; None for nothing.
    """

    def __init__(self, conv: nn.Module, width: int, pool: nn.Module | None = None) -> None:
        super().__init__()
        self.conv, self.norm, self.activation, self.pool = conv, nn.BatchNorm3d(width), nn.ReLU(), pool

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.activation(self.norm(self.conv(pixels)))
        return hidden if self.pool is None else self.pool(hidden)


class WindowPool(nn.Module):
    """Means over windows of a map, one step apart.

    Args:
        window: as large as the map of what a network was trained on, of which there is one; of a smaller map all of
            it counts.
    """

    def __init__(self, window: Extents) -> None:
        super().__init__()
        self.window = window

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        kernel = [min(pair) for pair in zip(self.window, clip.shape[2:], strict=True)]
        return avg_pool3d(clip, kernel, stride=1)


class Head(nn.Module):
    """`(B, C, T, H, W)` -> logits `(B, labels)`: the mean of the logits of all windows.

    Args:
        pool: to one place a window.
        width: features that it gives.
        labels: how many.
    """

    def __init__(self, pool: nn.Module, width: int, labels: int) -> None:
        super().__init__()
        self.pool, self.dropout, self.proj = pool, nn.Dropout(0.5), nn.Linear(width, labels)

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        # The classifier is linear: the mean of its answers is its answer to the mean.
        return self.proj(self.dropout(self.pool(clip).mean((2, 3, 4))))


class Blocks(nn.Module):
    """A stem, stages and a head in a row, as PyTorchVideo numbers them."""

    def __init__(self, blocks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            pixels = block(pixels)
        return pixels
