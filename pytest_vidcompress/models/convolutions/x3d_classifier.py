"""X3D: narrow blocks of a pointwise, a depthwise 3 x 3 x 3 and a pointwise convolution. Heavy.

Feichtenhofer, "X3D: Expanding Architectures for Efficient Video Recognition", CVPR 2020.
"""

from __future__ import annotations

import torch
from torch import nn

from .convolution_settings import X3dSettings
from .residual_blocks import Blocks, Bottleneck, Head, Residual, Stage, Stem, WindowPool, convolution
from .start import start

_STRIDE = 32
"""Of height and width, from the pixels to the head."""
_MULTIPLE = 8
"""Of channels that a squeeze-and-excitation computes in."""


class X3d(Blocks):
    """Pixels `(B, 3, T, H, W)` -> logits `(B, labels)`, by PyTorchVideo's names."""

    def __init__(self, settings: X3dSettings) -> None:
        blocks: list[nn.Module] = [Stem(FactorizedStem(settings.stem_width), settings.stem_width)]
        inputs = settings.stem_width
        for width, depth in zip(settings.widths, settings.depths, strict=True):
            blocks.append(_stage(inputs, width, depth, settings))
            inputs = width
        side = -(-settings.image_size // _STRIDE)
        window = WindowPool((settings.num_frames, side, side))
        pool = ProjectedPool(inputs, _inner(inputs, settings), settings.head_width, window)
        super().__init__([*blocks, Head(pool, settings.head_width, settings.num_labels)])
        self.config = settings
        start(self)


class FactorizedStem(nn.Module):
    """Height and width, then time, each channel by itself.

    PyTorchVideo calls the first `conv_t` and the second `conv_xy`.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv_t = convolution(3, width, (1, 3, 3), (1, 2, 2))
        self.conv_xy = convolution(width, width, (5, 1, 1), groups=width)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.conv_xy(self.conv_t(pixels))


class SqueezeExcitation(nn.Module):
    """Weighs channels by what all places of a clip say of them.

    Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018.
    """

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv3d(channels, inner, 1), nn.ReLU(), nn.Conv3d(inner, channels, 1), nn.Sigmoid()
        )

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        return clip * self.block(clip.mean((2, 3, 4), keepdim=True))


class ProjectedPool(nn.Module):
    """Means over windows, between two pointwise convolutions."""

    def __init__(self, inputs: int, inner: int, outputs: int, window: nn.Module) -> None:
        super().__init__()
        self.pre_conv, self.pre_norm = convolution(inputs, inner), nn.BatchNorm3d(inner)
        self.pre_act, self.post_act = nn.ReLU(), nn.ReLU()
        self.pool = window
        self.post_conv = convolution(inner, outputs)

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        hidden = self.pre_act(self.pre_norm(self.pre_conv(clip)))
        return self.post_act(self.post_conv(self.pool(hidden)))


def _stage(inputs: int, width: int, depth: int, settings: X3dSettings) -> Stage:
    """Halves height and width in its first block, and weighs channels in every second one, from the first on."""
    return Stage(
        [
            _block(inputs if place == 0 else width, width, settings, 2 if place == 0 else 1, place % 2 == 0)
            for place in range(depth)
        ]
    )


def _block(inputs: int, outputs: int, settings: X3dSettings, stride: int, is_gated: bool) -> Residual:
    inner, strides = _inner(outputs, settings), (1, stride, stride)
    gate = SqueezeExcitation(inner, _squeezed(inner, settings)) if is_gated else nn.Identity()
    rest = Bottleneck(
        (
            convolution(inputs, inner),
            convolution(inner, inner, (3, 3, 3), strides, groups=inner),
            convolution(inner, outputs),
        ),
        gate,
        nn.SiLU(),
    )
    is_bent = stride != 1 or inputs != outputs
    shortcut = convolution(inputs, outputs, stride=strides) if is_bent else None
    # Where no channels are added, PyTorchVideo's shortcut has no norm, as the first one of X3D-S has none.
    norm = nn.BatchNorm3d(outputs) if inputs != outputs else None
    return Residual(shortcut, norm, rest)


def _inner(outputs: int, settings: X3dSettings) -> int:
    return int(settings.expansion * outputs)


def _squeezed(channels: int, settings: X3dSettings) -> int:
    """The nearest multiple of 8, and no less than nine tenths."""
    wanted = channels * settings.squeeze
    nearest = max(_MULTIPLE, int(wanted + _MULTIPLE / 2) // _MULTIPLE * _MULTIPLE)
    return nearest + _MULTIPLE if nearest < 0.9 * wanted else nearest
