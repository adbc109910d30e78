"""One who takes part in the duel: what calls it, and what it weighs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.models.model import Model

Call = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Contender:
    """Built and ready to run."""

    run: Call
    """Pixels of one view -> logits."""
    size_bytes: int
    """Of the files that a user would ship."""


Build = Callable[[Model, Clips], Contender]
"""Builds one from the model and the calibration clips."""


@dataclass(frozen=True)
class Peer:
    """A row of the duel."""

    build: Build
    is_free: bool = False
    """One line, no calibration, no file of another format: what a user gets before any compression."""


class Logits(nn.Module):
    """A model of transformers that returns its logits alone, as exporters want it."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.module(pixels).logits


def logits_of(run: Callable[[torch.Tensor], Any]) -> Call:
    def call(pixels: torch.Tensor) -> torch.Tensor:
        output = run(pixels)
        return getattr(output, "logits", output)

    return call


def example_of(model: Model) -> torch.Tensor:
    """Zeros of the shape of one view, `(1, T, C, H, W)`."""
    profile = model.profile
    return torch.zeros(1, profile.frames, 3, profile.size, profile.size)
