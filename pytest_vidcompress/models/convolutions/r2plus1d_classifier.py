"""R(2+1)D: a convolution over height and width, then one over time, in place of each 3-D one. Heavy.

Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018.
"""

from __future__ import annotations

import torch
from torch import nn

from .convolution_settings import R2plus1dSettings
from .start import start


class R2plus1d(nn.Module):
    """Pixels `(B, 3, T, H, W)` -> logits `(B, labels)`, by torchvision's names."""

    def __init__(self, settings: R2plus1dSettings) -> None:
        super().__init__()
        self.config = settings
        self.stem = nn.Sequential(
            nn.Conv3d(3, settings.stem_planes, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False),
            nn.BatchNorm3d(settings.stem_planes),
            nn.ReLU(),
            nn.Conv3d(settings.stem_planes, settings.stem_width, (3, 1, 1), padding=(1, 0, 0), bias=False),
            nn.BatchNorm3d(settings.stem_width),
            nn.ReLU(),
        )
        inputs, stages = settings.stem_width, list[nn.Sequential]()
        for number, (width, depth) in enumerate(zip(settings.widths, settings.depths, strict=True)):
            first = BasicBlock(inputs, width, 1 if number == 0 else 2)
            stages.append(nn.Sequential(first, *(BasicBlock(width, width) for _ in range(depth - 1))))
            inputs = width
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.avgpool = nn.AdaptiveAvgPool3d(1)
        self.fc = nn.Linear(inputs, settings.num_labels)
        start(self)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        hidden = self.layer2(self.layer1(self.stem(pixels)))
        return self.fc(self.avgpool(self.layer4(self.layer3(hidden))).flatten(1))


class BasicBlock(nn.Module):
    """Two factorized convolutions beside a shortcut. `(B, inputs, T, H, W)` -> `(B, outputs, T', H', W')`."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        planes = planes_between(inputs, outputs)
        self.conv1 = nn.Sequential(
            factorized(inputs, planes, outputs, stride), nn.BatchNorm3d(outputs), nn.ReLU()
        )
        self.conv2 = nn.Sequential(factorized(outputs, planes, outputs), nn.BatchNorm3d(outputs))
        self.relu = nn.ReLU()
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs)
            )

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        own = clip if self.downsample is None else self.downsample(clip)
        return self.relu(self.conv2(self.conv1(clip)) + own)


def planes_between(inputs: int, outputs: int) -> int:
    """Channels between the two convolutions, so that they have as many weights as a 3 x 3 x 3 one (section 3.5)."""
    return (27 * inputs * outputs) // (9 * inputs + 3 * outputs)


def factorized(inputs: int, planes: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Height and width, then time."""
    return nn.Sequential(
        nn.Conv3d(inputs, planes, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False),
        nn.BatchNorm3d(planes),
        nn.ReLU(),
        nn.Conv3d(planes, outputs, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False),
    )
