"""Lessons for models of a few thousand weights: clips whose brightness says their class."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.learn.losses import label_loss
from pytest_vidcompress.models.model import Model
from tests.models.small import LABELS, model


def frames(number: int) -> np.ndarray:
    noise = np.random.default_rng(number).integers(0, 40, (4, 32, 32, 3))
    return (noise + 80 * (number % len(LABELS))).astype(np.uint8)


def clips(count: int = 24) -> tuple[Clip, ...]:
    return tuple(
        Clip(f"clip{k}", LABELS[k % len(LABELS)], Path(f"{k}.h5"), partial(frames, k)) for k in range(count)
    )


def lessons(of: Model, folder: Path | None = None, seed: int = 0, recipe: str = "distil") -> Lessons:
    ids = {label: number for number, label in enumerate(of.labels)}
    return Lessons(of, TrainingClips(clips(), ids, of.profile, seed=seed), seed, folder, recipe=recipe)


def untrained(family: str = "videomae") -> Model:
    """As a training begins: small weights, norms that change nothing."""
    made = model(family)
    with torch.no_grad():
        for name, parameter in made.module.named_parameters():
            parameter.mul_(0.5 if parameter.ndim > 1 else 0.0)
            if "norm" in name and name.endswith("weight"):
                parameter.add_(1.0)
    return replace(made, notes=())


def loss_on(of: Model, module: torch.nn.Module) -> float:
    """Of the labels of all clips."""
    with torch.no_grad():
        return float(label_loss(module, *lessons(of).training.batch(0, 24)))
