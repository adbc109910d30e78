"""I3D: a ResNet-50 of images, its kernels grown along time in every second block. Heavy.

Carreira and Zisserman, "Quo Vadis, Action Recognition? A New Model and the Kinetics Dataset", CVPR 2017; of a
ResNet-50 as Wang et al., "Non-local Neural Networks", CVPR 2018, have it.
"""

from __future__ import annotations

from torch import nn

from .convolution_settings import I3dSettings
from .residual_blocks import Blocks, Bottleneck, Head, Residual, Stage, Stem, WindowPool, convolution
from .start import start

_TEMPORAL = ((3,), (3, 1), (3, 1), (1, 3))
"""Frames that the first convolution of a block sees, by stage; over its blocks again and again."""
_WINDOW = (4, 7, 7)
"""The last map of eight frames of 224 pixels, which it was trained on."""
_BOTTLENECK = 4
"""Channels that a block gives, to those inside of it."""


class I3d(Blocks):
    """Pixels `(B, 3, T, H, W)` -> logits `(B, labels)`, by PyTorchVideo's names."""

    def __init__(self, settings: I3dSettings) -> None:
        stem = convolution(3, settings.stem_width, (5, 7, 7), (1, 2, 2))
        blocks: list[nn.Module] = [
            Stem(stem, settings.stem_width, nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)))
        ]
        inputs = settings.stem_width
        for number, (width, depth) in enumerate(zip(settings.widths, settings.depths, strict=True)):
            blocks.append(_stage(inputs, width, depth, number))
            inputs = width
            if number == 0:
                blocks.append(nn.MaxPool3d((2, 1, 1)))
        super().__init__([*blocks, Head(WindowPool(_WINDOW), inputs, settings.num_labels)])
        self.config = settings
        start(self)


def _stage(inputs: int, width: int, depth: int, number: int) -> Stage:
    seen = _TEMPORAL[number]
    blocks: list[nn.Module] = []
    for place in range(depth):
        stride = 2 if place == 0 and number > 0 else 1
        blocks.append(_block(inputs if place == 0 else width, width, seen[place % len(seen)], stride))
    return Stage(blocks)


def _block(inputs: int, outputs: int, seen: int, stride: int) -> Residual:
    inner, strides = outputs // _BOTTLENECK, (1, stride, stride)
    rest = Bottleneck(
        (
            convolution(inputs, inner, (seen, 1, 1)),
            convolution(inner, inner, (1, 3, 3), strides),
            convolution(inner, outputs),
        )
    )
    if stride == 1 and inputs == outputs:
        return Residual(None, None, rest)
    return Residual(convolution(inputs, outputs, stride=strides), nn.BatchNorm3d(outputs), rest)
