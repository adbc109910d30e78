"""Learned variants in a folder of the repository, for everybody who has it: a folder each, by model and recipe.

    learned/timesformer/distil-minutes=10/       an artefact, and learning.json with what decided it and its curve

What decided it must be as it is here, but for the versions of what it was made with: those are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ...compress.recipe import Recipe
from ...models.model import Model
from .halves import halve
from .learned_record import FILE, LearnedRecord
from .stored_model import store

_ELSE = re.compile(r"[^\w.=,+-]+")
"""What a folder's name should not have on some system."""
_LONGEST = 150


@dataclass(frozen=True)
class CommittedPlace:
    """The folder of one variant, whether or not something is there."""

    root: Path
    model: str
    """As given to `--vc-model`."""
    recipe: Recipe

    @property
    def folder(self) -> Path:
        name = _ELSE.sub("-", self.recipe.text)[:_LONGEST]
        return self.root / _ELSE.sub("-", Path(self.model).name) / name

    def write(self, model: Model, record: LearnedRecord) -> None:
        """Stores a learned model, its matrices as halves.

        Raises:
            VidcompressError: it cannot be written.
        """
        small = model.copy()
        store(small, self.recipe, replace(record, halves=halve(small.module)), self.folder)


def committed_folders(root: Path) -> Iterator[Path]:
    """Those of all variants there, in order."""
    return (file.parent for file in sorted(root.glob(f"*/*/{FILE}")))
