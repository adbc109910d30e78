"""Trains a row and answers the clips that are tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

import numpy as np
import torch

from benchmarks.fewer_frames.features import RUNS, Features, Sets
from benchmarks.fewer_frames.rows import FRAMES, LABELS_ALONE, ROWS, SIZES, TEACHER, Row
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.shuffle import shuffled
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.learn.feature_lessons import FeatureBatches
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.models.model import Model

_AT_ONCE = 500


class StoredBatches(FeatureBatches):
    """Batches of features that are there, in an order of every epoch."""

    def __init__(self, stored: Features, seed: int) -> None:
        self._stored, self._seed = stored, seed

    @property
    def digest(self) -> str:
        return f"{len(self._stored)} clips, seed {self._seed}"

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        total = len(self._stored)
        for step in steps:
            places = [divmod(place, total) for place in range(step * size, (step + 1) * size)]
            chosen = [shuffled(place, total, f"{self._seed}:{epoch}") for epoch, place in places]
            yield self._stored.features[chosen], self._stored.truths[chosen]


class Trials:
    """Of one kind of model.

    Args:
        model: packaged; of its weights the backbone's alone are used.
        sets: features of its backbone.
    """

    def __init__(self, model: Model, sets: Sets) -> None:
        self._model, self._sets = model, sets
        self._teachers: dict[int, Model] = {}

    def logits(self, row: str, keep: int, size: str, seed: int) -> torch.Tensor:
        """Of all clips that are tested; trained now or before."""
        count, text = SIZES[size], self._recipe(row, keep, size, seed)
        teacher = "" if row == TEACHER or LABELS_ALONE in text else self._teacher_text(seed)
        name = f"{self._model.name} {text} {teacher} {count} {seed}"
        file = RUNS / "logits" / f"{blake2b(name.encode(), digest_size=12).hexdigest()}.npy"
        if not file.exists():
            made = self._trained(row, text, count, seed)
            file.parent.mkdir(parents=True, exist_ok=True)
            np.save(file, self._answers(made).numpy().astype(np.float32))
        return torch.from_numpy(np.load(file))

    def _recipe(self, row: str, keep: int, size: str, seed: int) -> str:
        if row == TEACHER:
            return Row().recipe(FRAMES, size, seed)
        return ROWS[row].recipe(keep, size, seed)

    def _teacher_text(self, seed: int) -> str:
        return Row().recipe(FRAMES, "full", seed)

    def _trained(self, row: str, text: str, count: int, seed: int) -> Model:
        if row == TEACHER:
            return self._teacher(seed)
        teacher = self._model if "parallel=true" in text or LABELS_ALONE in text else self._teacher(seed)
        return self._apply(text, teacher, count, seed)

    def _teacher(self, seed: int) -> Model:
        """One that learned of all clips, looking at all frames; kept."""
        if seed not in self._teachers:
            file = RUNS / f"{self._model.name} {seed}.pt"
            if file.exists():
                made = self._model.copy()
                made.module.load_state_dict(torch.load(file, weights_only=True))
            else:
                made = self._apply(self._teacher_text(seed), self._model, len(self._sets.train), seed)
                torch.save(made.module.state_dict(), file)
            self._teachers[seed] = replace(made, notes=(), curves=())
        return self._teachers[seed]

    def _apply(self, text: str, teacher: Model, count: int, seed: int) -> Model:
        batches = StoredBatches(self._sets.train.first(count), seed)
        lessons = Lessons(teacher, batches, seed)
        none = Clips((), teacher.labels, {}, teacher.profile)
        return parse(text, TECHNIQUES).apply(teacher, none, lessons)

    @torch.inference_mode()
    def _answers(self, made: Model) -> torch.Tensor:
        parts = self._sets.test.features.split(_AT_ONCE)
        return torch.cat([made.module.eval().answer(part) for part in parts])  # type: ignore[operator]
