"""A model that takes so long a clip, whatever the machine."""

from __future__ import annotations

import time

import torch
from torch import nn

from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.model import Model

PROFILE = Profile(2, 4, 16, sampling="even")
PIXELS = 2 * 3 * 16 * 16


class Busy(nn.Module):
    """Reads the clock until its time is over."""

    def __init__(self, labels: int, ms: float) -> None:
        super().__init__()
        self.inner = nn.Linear(PIXELS, labels)
        self.ms = ms

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        until = time.perf_counter() + self.ms / 1000
        found = self.inner(pixels.flatten(1))
        while time.perf_counter() < until:
            pass
        return found


def busy_model(ms: float) -> Model:
    """Of the packaged labels."""
    labels = pocket().labels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Model("busy", Busy(len(labels), ms).eval(), PROFILE, labels)
