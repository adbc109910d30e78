"""Frame-feature models of a few thousand weights, and their checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier, build
from pytest_vidcompress.models.frame_features.frame_settings import FrameSettings
from pytest_vidcompress.models.frame_features.weights import save_checkpoint
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.models.own.own_weights import load_stored

LABELS = ("blinking", "crossing", "growing")
FRAMES, SIZE = 8, 32
PROFILE = Profile(FRAMES, 2, SIZE, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4), sampling="stride")
BACKBONE: Mapping[str, Any] = {"name": "conv", "features": 6, "widths": [4, 8]}
AGGREGATORS: Mapping[str, Mapping[str, Any]] = {
    "hrnn": {"hidden": 5, "block": 4},
    "netvlad": {"centres": 3, "hidden": 16},
    "nextvlad": {"centres": 3, "hidden": 16, "groups": 2},
}
NAMES = (*AGGREGATORS,)


def settings(name: str, frames: int = FRAMES, **changed: Any) -> FrameSettings:
    aggregator = {"name": name, **AGGREGATORS[name]}
    return FrameSettings(dict(BACKBONE), aggregator, dict(enumerate(LABELS)), frames, SIZE, **changed)


def classifier(name: str, seed: int = 0, **changed: Any) -> FrameClassifier:
    """Of random weights that answer one clip otherwise than another, with norms that have seen something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = build(settings(name, **changed))
        for part in made.modules():
            if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
                assert part.running_mean is not None
                assert part.running_var is not None
                part.running_mean.normal_(std=0.1)
                part.running_var.uniform_(0.5, 2.0)
            elif isinstance(part, nn.LSTM):
                # As torch begins, hardly anything of a clip is left at the end.
                for parameter in part.parameters():
                    parameter.data.mul_(3)
    return made.eval()


def model(name: str, **changed: Any) -> Model:
    return Model(name, classifier(name, **changed), PROFILE, LABELS)


def checkpoint(folder: Path, name: str) -> FrameClassifier:
    made = classifier(name)
    save_checkpoint(made, PROFILE, folder)
    return made


def load_classifier(folder: Path, said: FrameSettings) -> FrameClassifier:
    return load_stored(folder, partial(build, said))


def pixels(count: int = 2, frames: int = FRAMES, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, frames, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


class NoiseClips:
    """Calibration clips without files."""

    expected = 3

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((pixels(1, seed=each), torch.zeros(1, dtype=torch.long)) for each in range(self.expected))


NOISE = cast(Clips, NoiseClips())


def logits(module: Any, given: torch.Tensor | None = None) -> torch.Tensor:
    with torch.inference_mode():
        return module(pixels() if given is None else given)
