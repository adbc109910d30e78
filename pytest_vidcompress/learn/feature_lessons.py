"""Training on features of frames, computed once a clip, where nothing of what makes them learns.

A model of frame features is trained so wherever its backbone is frozen and is its teacher's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from ..clips.training_clips import TrainingClips
from ..errors import VidcompressError
from ..models.frame_features.frame_classifier import FrameClassifier
from .kept_features import kept_features
from .lessons import Lessons
from .weights_digest import weights_digest

_MOST_BYTES = 1 << 30
"""Of features in memory; of larger sets some are read or computed again."""
_AHEAD = 256
"""Clips that are decoded together."""
_TRIES = 16
"""Clips, one after another, that may be of no use."""


class Answering(nn.Module):
    """A model of frame features that is given these, and no pixels."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return cast(Any, self.model).answer(features)


def on_features(lessons: Lessons, *modules: nn.Module) -> tuple[tuple[nn.Module, ...], Lessons]:
    """The modules of a training and its lessons, with features in the place of pixels; both as they are where one of
    the modules has another backbone than the teacher, or the first of them one that learns.

    Args:
        modules: the first is the student.
    """
    taught = lessons if isinstance(lessons.training, FeatureBatches) else _with_features(lessons, modules)
    return (tuple(Answering(each) for each in modules), taught) if taught else (modules, lessons)


def _with_features(lessons: Lessons, modules: Sequence[nn.Module]) -> Lessons | None:
    teacher, training = lessons.teacher.module, lessons.training
    if not isinstance(teacher, FrameClassifier) or not isinstance(training, TrainingClips):
        return None
    backbones = [_backbone_of(each) for each in modules]
    if any(each is None for each in backbones):
        return None
    known = cast("list[nn.Module]", backbones)
    if any(each.requires_grad for each in known[0].parameters()):
        return None
    if {weights_digest(each) for each in known} != {weights_digest(teacher.backbone)}:
        return None
    return replace(lessons, training=FeatureBatches(training, teacher, lessons.cache))


def _backbone_of(module: nn.Module) -> nn.Module | None:
    """What makes features of frames, of a model whose answer can be had of these; None of another."""
    if not (hasattr(module, "features") and hasattr(module, "answer")):
        return None
    return next((part.backbone for part in module.modules() if isinstance(part, FrameClassifier)), None)


class FeatureBatches:
    """The batches of training clips, with features `(B, T, N)` in the place of pixels.

    Args:
        training: the clips.
        classifier: whose backbone makes the features.
        cache: the cache folder, where they are kept from run to run; None: in memory alone.
    """

    def __init__(self, training: TrainingClips, classifier: FrameClassifier, cache: Path | None) -> None:
        self._training = training
        self._classifier = classifier
        self._cache = cache
        self._kept: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        """Index of a clip -> its features and its targets, a batch of one."""
        self._bytes = 0

    @property
    def digest(self) -> str:
        """As that of the clips."""
        return self._training.digest

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """As that of the clips."""
        return next(self.batches(range(step, step + 1), size))

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """As those of the clips."""
        at_once = max(1, _AHEAD // size)
        for first in range(steps.start, steps.stop, at_once):
            chosen = range(first, min(first + at_once, steps.stop))
            wanted = [self._training.indices(step, size) for step in chosen]
            self._see_to({index for indices in wanted for index in indices})
            for indices in wanted:
                features, targets = zip(*(self._kept[index] for index in indices), strict=True)
                yield torch.cat(features), torch.cat(targets)

    def _see_to(self, indices: set[int]) -> None:
        """Has these in memory; in the place of a clip that cannot be decoded the next one of the set."""
        if self._bytes > _MOST_BYTES:
            self._kept.clear()
            self._bytes = 0
        stands_for = {index: index for index in sorted(indices - self._kept.keys())}
        for _ in range(_TRIES):
            self._read({*stands_for.values()} - self._kept.keys())
            for index in [*stands_for]:
                if stands_for[index] in self._kept:
                    self._kept[index] = self._kept[stands_for.pop(index)]
                else:
                    stands_for[index] = (stands_for[index] + 1) % len(self._training)
            if not stands_for:
                return
        clip = self._training.clip(min(stands_for))
        raise VidcompressError(
            f"{_TRIES} clips to train on, one after another, cannot be used: the first is {clip.path}; get these"
            " files again"
        )

    def _read(self, indices: set[int]) -> None:
        """Keeps the features of those that can be used."""
        clips = {(clip := self._training.clip(index)).id: (index, clip) for index in sorted(indices)}
        if not clips:
            return
        training, wanted = self._training, [clip for _, clip in clips.values()]
        try:
            found = kept_features(self._classifier, wanted, training.profile, self._cache, training.shelf)
        except VidcompressError:
            return  # none of them can be used: others may
        for clip, features in zip(found.clips, found.features, strict=True):
            targets = training.targets([clip])
            self._kept[clips[clip.id][0]] = features[None].to(targets.device), targets
            self._bytes += features.numel() * features.element_size()
