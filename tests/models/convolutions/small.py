"""The 3-D CNNs of ours, small, with norms that have seen clips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.catalog import family_of
from pytest_vidcompress.models.family import OwnArchitecture
from pytest_vidcompress.models.model import Model
from tests.models.cnn import settled

NAMES = ("r2plus1d", "x3d", "i3d")
LABELS = ("walking", "waving", "yawning")
FRAMES, SIZE = 4, 32
GEOMETRY: dict[str, dict[str, Any]] = {
    "r2plus1d": {"widths": [8, 12, 16, 16], "depths": [1, 1, 1, 1], "stem_width": 8, "stem_planes": 7},
    "x3d": {"widths": [8, 8, 12, 16], "depths": [1, 2, 1, 1], "stem_width": 8, "head_width": 16},
    "i3d": {"widths": [16, 16, 24, 32], "depths": [1, 2, 1, 1], "stem_width": 8},
}


def own(name: str) -> OwnArchitecture:
    """What builds a family."""
    family = family_of(name)
    assert family is not None
    assert family.own is not None
    return family.own


def config(name: str, **changed: Any) -> dict[str, Any]:
    """What `config.json` of a small one says."""
    labels = {str(number): label for number, label in enumerate(LABELS)}
    extents = {"num_frames": FRAMES, "image_size": SIZE, "id2label": labels}
    return {"model_type": name, **GEOMETRY[name], **extents, **changed}


def network(name: str) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = own(name).build(own(name).configuration(config(name)))
    return settled(module, SIZE)


def model(name: str) -> Model:
    return Model(name, network(name), Profile(FRAMES, 1, SIZE, layout="BCTHW"), LABELS)


def noise(count: int = 1, seed: int = 1) -> torch.Tensor:
    """`(count, 3, T, H, W)`."""
    return torch.randn(count, 3, FRAMES, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


class NoiseClips:
    """Calibration clips without files."""

    expected = 6
    profile = Profile(FRAMES, 1, SIZE, layout="BCTHW")

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((noise(1, 100 + clip), torch.zeros(1, dtype=torch.long)) for clip in range(self.expected))


NOISE = cast(Clips, NoiseClips())


def logits(module: nn.Module, pixels: torch.Tensor | None = None) -> torch.Tensor:
    with torch.inference_mode():
        return module(noise(2) if pixels is None else pixels)
