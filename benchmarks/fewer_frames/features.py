"""The clips of the study as features of their frames, computed once by the packaged backbone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.events.plan import LABELS
from pytest_vidcompress.clips.events.rendered_events import RenderedEvents
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.learn.kept_features import kept_features
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier
from pytest_vidcompress.models.model import Model

ROOT = Path(__file__).parents[2]
RUNS = ROOT / "training/runs/fewer_frames"
CACHE = ROOT / "training/runs/events"
"""Where the training of the packaged models keeps the features of the same clips to train on."""
CLIPS = {"train": RenderedEvents(1_100_000, 2000), "test": RenderedEvents(4_000_000, 2000)}
"""Of other seeds than the packaged clips, and than those that the backbone learned of."""
TARGETS = Targets({label: number for number, label in enumerate(LABELS)}, len(LABELS))
_AT_ONCE = 100


@dataclass(frozen=True)
class Features:
    """Of a set."""

    features: torch.Tensor
    """`(clips, T, N)`."""
    truths: torch.Tensor
    """`(clips, labels)`."""

    def first(self, count: int) -> Features:
        return Features(self.features[:count], self.truths[:count])

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True)
class Sets:
    """Both sets, of a model whose backbone makes the features."""

    model: Model

    @cached_property
    def train(self) -> Features:
        return self._of("train")

    @cached_property
    def test(self) -> Features:
        return self._of("test")

    def _of(self, name: str) -> Features:
        file = RUNS / f"{name}.npz"
        if not file.exists():
            self._compute(name, file)
        stored = np.load(file)
        return Features(torch.from_numpy(stored["features"]).float(), torch.from_numpy(stored["truths"]))

    def _compute(self, name: str, file: Path) -> None:
        module, clips = self.model.module, CLIPS[name]
        assert isinstance(module, FrameClassifier)
        made: list[np.ndarray] = []
        for first in range(0, len(clips), _AT_ONCE):
            some: tuple[Clip, ...] = clips[first : first + _AT_ONCE]
            found = kept_features(module, some, self.model.profile, CACHE)
            made.append(found.features.numpy().astype(np.float16))
            print(name, first + len(some), "clips", flush=True)
        RUNS.mkdir(parents=True, exist_ok=True)
        np.savez(file, features=np.concatenate(made), truths=TARGETS.of(clips[:]).numpy())
