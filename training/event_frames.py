"""The frames that the backbone of the packaged long clips learns of: as drawn, and as a file gives them back.

The packaged clips are H.264, whose colours are coarser than those that were drawn, and whose noise is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.drawn.encode import write_video
from pytest_vidcompress.clips.events.drawing import render
from pytest_vidcompress.clips.events.event_files import CRF, KEYFRAMES
from pytest_vidcompress.clips.events.plan import FRAMES, LABELS, RATE, plan
from pytest_vidcompress.clips.profile import Profile

VISIBLE = 0.15
"""Share that an event must cover to be told of a frame."""


@dataclass(frozen=True)
class Seen:
    """Single frames, and what can be seen in each."""

    frames: np.ndarray
    """RGB uint8, `(n, H, W, 3)`."""
    labels: np.ndarray
    """bool, `(n, labels)`."""

    @staticmethod
    def together(parts: Iterable[Seen]) -> Seen:
        kept = [*parts]
        return Seen(
            *(np.concatenate([getattr(part, name) for part in kept]) for name in ("frames", "labels"))
        )

    def at(self, places: np.ndarray) -> Seen:
        return Seen(self.frames[places], self.labels[places])

    def tensors(self, profile: Profile) -> tuple[torch.Tensor, torch.Tensor]:
        """Pixels as a model takes them, `(n, 3, H, W)`, and targets `(n, labels)`."""
        mean, std = (torch.tensor(each).view(3, 1, 1) for each in (profile.mean, profile.std))
        pixels = torch.from_numpy(self.frames).permute(0, 3, 1, 2).float() / 255
        return (pixels - mean) / std, torch.from_numpy(self.labels).float()


def drawn(seeds: Iterable[int], each: int, draw: int = 0) -> Seen:
    """So many frames of every clip, taken anywhere, as they are drawn; other ones in another draw."""

    def of(seed: int) -> Seen:
        chosen = np.sort(np.random.default_rng([seed, draw, 9]).choice(FRAMES, each, False))
        return Seen(render(seed, chosen.tolist()), visible(seed, chosen))

    return Seen.together(map(of, seeds))


def coded(seeds: Iterable[int]) -> Seen:
    """Of every clip one stretch that decodes by itself, encoded as the packaged clips are, and decoded."""
    with TemporaryDirectory() as folder:
        return Seen.together(_coded(seed, Path(folder) / "stretch.mp4") for seed in seeds)


def _coded(seed: int, file: Path) -> Seen:
    first = KEYFRAMES * int(np.random.default_rng([seed, 8]).integers(FRAMES // KEYFRAMES))
    frames = np.arange(first, first + KEYFRAMES)
    write_video(file, render(seed, frames.tolist()), CRF, RATE, KEYFRAMES)
    return Seen(np.asarray(decode(file, lambda count, fps: range(count)).pixels), visible(seed, frames))


def visible(seed: int, frames: np.ndarray) -> np.ndarray:
    """Which labels can be seen in some frames of a clip, `(n, labels)`."""
    seen = np.zeros((len(frames), len(LABELS)), bool)
    for event in plan(seed):
        seen[:, LABELS.index(event.label)] |= event.strength_at(frames) > VISIBLE
    return seen
