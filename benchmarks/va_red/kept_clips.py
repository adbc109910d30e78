"""Clips of the packaged kind, drawn once and kept as the crops that a model takes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.model_input import model_input
from pytest_vidcompress.clips.pocket.rendered import RenderedClips
from pytest_vidcompress.clips.shuffle import shuffled
from pytest_vidcompress.models.model import Model


class KeptClips:
    """Drawn clips as `Lessons` take them.

    Args:
        model: whose profile and labels count.
        first: seed of the first clip.
        number: how many.
        folder: where the crops are kept.
    """

    def __init__(self, model: Model, first: int, number: int, folder: Path) -> None:
        self.profile, self.first, self.number = model.profile, first, number
        clips = RenderedClips(first, number)
        self.labels = torch.tensor([model.labels.index(clip.label) for clip in clips])
        self._clips = clips
        self._file = folder / f"{model.name}-{first}-{number}.npy"

    @property
    def digest(self) -> str:
        return f"{self.first}-{self.number}"

    @cached_property
    def crops(self) -> np.ndarray:
        """uint8 `(number, T, 3, H, W)`."""
        if not self._file.exists():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            spec = self.profile.crop_spec
            partial = self._file.with_suffix(".partial")
            made = np.lib.format.open_memmap(
                partial, "w+", np.uint8, (self.number, spec.frames, 3, spec.size, spec.size)
            )
            for place, clip in enumerate(self._clips):
                made[place] = crops_of(clip.source, spec)[0]
            made.flush()
            partial.replace(self._file)
        return np.load(self._file, mmap_mode="r")

    def pixels(self, places: list[int]) -> torch.Tensor:
        """Channels last in memory: so convolutions are faster on CPUs."""
        crops = [torch.from_numpy(self.crops[place][None].copy()) for place in places]
        given = model_input(crops, self.profile)
        return given.contiguous(memory_format=torch.channels_last_3d)

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Each clip once an epoch."""
        spots = [divmod(place, self.number) for place in range(step * size, (step + 1) * size)]
        places = [shuffled(place, self.number, str(epoch)) for epoch, place in spots]
        return self.pixels(places), self.labels[places]

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return (self.batch(step, size) for step in steps)
