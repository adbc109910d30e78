"""The part of a training in which the efficiency loss does not count yet, taken once for all its weights.

What comes out is what each training would have given alone: until then they are the same, step by step.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.compress.recipe import Recipe
from pytest_vidcompress.compress.va_red.adaptive_loss import SHARES
from pytest_vidcompress.compress.va_red.va_red import VaRed
from pytest_vidcompress.learn.checkpoint import Checkpoint
from pytest_vidcompress.learn.lessons import Lessons


class SharedBeginning:
    """Of a recipe with one technique.

    Args:
        folder: where beginnings are kept.
        recipe: what is to be trained.
        lessons: of it, with a folder.
    """

    def __init__(self, folder: Path, recipe: Recipe, lessons: Lessons) -> None:
        parameters: Any = recipe.steps[0].parameters
        own = Checkpoint.of(lessons)
        assert own is not None
        self._own = own
        self._file: Path | None = None
        if isinstance(parameters, VaRed):
            alike = replace(parameters, efficiency=VaRed.efficiency, target=VaRed.target)
            self._file = folder / f"{replace(recipe.steps[0], parameters=alike)}.beginning"
        self.lessons = replace(lessons, progress=self._keep)

    def take(self) -> None:
        """Puts the beginning, if there is one, where the training looks for its checkpoint."""
        if self._file is None or not self._file.exists() or self._own.file.exists():
            return
        self._own.write(torch.load(self._file, map_location="cpu", weights_only=True))

    def _keep(self, what: str, done: int, steps: int) -> None:
        """Copies the checkpoint while it is of the beginning."""
        if self._file is None or done > SHARES[0] * steps or not self._own.file.exists():
            return
        content = self._own.file.read_bytes()
        if not self._file.exists() or self._file.read_bytes() != content:
            self._file.write_bytes(content)
