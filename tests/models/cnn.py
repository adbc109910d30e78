"""A 3-D CNN of somebody's own: residual, factorized, grouped and depthwise convolutions, and norms that saw clips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import nn
from torch.nn.functional import silu

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.model import Model

LABELS = ("walking", "waving", "yawning")
FRAMES, SIZE, WIDTH = 4, 16, 8
PROFILE = Profile(FRAMES, 1, SIZE, layout="BCTHW")


class Factorized(nn.Module):
    """A residual block of R(2+1)D: `(B, inputs, T, H, W)` -> `(B, outputs, T, H, W)`, halved by a stride of 2."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        between = outputs + 3
        self.spatial = nn.Conv3d(inputs, between, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False)
        self.spatial_norm = nn.BatchNorm3d(between)
        self.temporal = nn.Conv3d(between, outputs, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False)
        self.temporal_norm = nn.BatchNorm3d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.skip = (
            nn.Identity()
            if stride == 1
            else nn.Sequential(nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs))
        )

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        inner = self.relu(self.spatial_norm(self.spatial(clip)))
        return self.relu(self.temporal_norm(self.temporal(inner)) + self.skip(clip))


class Bottleneck(nn.Module):
    """An inverted residual: wide, depthwise, grouped, narrow. `(B, C, T, H, W)` -> the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 2 * channels
        self.up, self.up_norm = nn.Conv3d(channels, wide, 1, bias=False), nn.BatchNorm3d(wide)
        self.depthwise = nn.Conv3d(wide, wide, 3, padding=1, groups=wide, bias=False)
        self.depthwise_norm = nn.BatchNorm3d(wide)
        self.grouped, self.grouped_norm = nn.Conv3d(wide, wide, 3, padding=1, groups=4), nn.BatchNorm3d(wide)
        self.down, self.down_norm = nn.Conv3d(wide, channels, 1, bias=False), nn.BatchNorm3d(channels)

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        inner = self.up_norm(self.up(clip)).relu()
        inner = silu(self.depthwise_norm(self.depthwise(inner)))
        inner = self.grouped_norm(self.grouped(inner)).relu()
        return clip + self.down_norm(self.down(inner))


class Cnn(nn.Module):
    """Pixels `(B, 3, T, H, W)` -> logits `(B, labels)`."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(3, width, (3, 5, 5), (1, 2, 2), (1, 2, 2), bias=False), nn.BatchNorm3d(width), nn.ReLU()
        )
        self.pool = nn.MaxPool3d((1, 2, 2))
        self.blocks = nn.Sequential(
            Factorized(width, width), Factorized(width, 2 * width, 2), Bottleneck(2 * width)
        )
        self.mean = nn.AdaptiveAvgPool3d(1)
        self.classifier = nn.Linear(2 * width, len(LABELS))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.mean(self.blocks(self.pool(self.stem(pixels)))).flatten(1))


CONVOLUTIONS = (
    "stem.0",
    *(f"blocks.{block}.{part}" for block in (0, 1) for part in ("spatial", "temporal")),
    "blocks.1.skip.0",
    *(f"blocks.2.{part}" for part in ("up", "depthwise", "grouped", "down")),
)
"""Of `Cnn`, by name."""


def settled(module: nn.Module, size: int = SIZE) -> nn.Module:
    """The module with norms that have seen clips, each with a scale and a shift of its own; in eval mode."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(1)
        for part in module.modules():
            if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
                part.weight.uniform_(0.5, 1.5)
                part.bias.normal_(std=0.3)
                part.momentum = 0.5
        module.train()
        for _ in range(6):
            module(torch.randn(8, 3, FRAMES, size, size))
    return module.eval()


def cnn(width: int = WIDTH) -> Model:
    """A classifier of `LABELS` with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = Cnn(width)
    return Model("cnn", settled(module), PROFILE, LABELS)


def noise(count: int = 1, seed: int = 1) -> torch.Tensor:
    """`(count, 3, T, H, W)`."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, FRAMES, SIZE, SIZE, generator=generator)


class NoiseClips:
    """Calibration clips without files."""

    def __init__(self, number: int = 8) -> None:
        self.expected = number

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((noise(1, 100 + clip), torch.zeros(1, dtype=torch.long)) for clip in range(self.expected))


NOISE = cast(Clips, NoiseClips())
