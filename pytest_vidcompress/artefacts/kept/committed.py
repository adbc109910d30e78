"""Learned variants in a folder of the repository, for everybody who has it: a folder each, by model and recipe.

    learned/timesformer/distil-minutes=10/       an artefact, and learning.json with what decided it and its curve

What decided it must be as it is here, but for the versions of what it was made with: those are said. A name that says
less than all of it, since a folder cannot be called so, ends in eight digits of a digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ...compress.recipe import Recipe
from ...models.model import Model
from .halves import halve
from .learned_record import FILE, LearnedRecord
from .stored_model import store

_ELSE = re.compile(r"[^\w.=,+-]+")
"""What a folder's name should not have on some system."""
_OF_TECHNIQUE = re.compile(r"(^|\+)([\w.-]+):")
"""The colon behind a technique's name, which a dash says as well."""
_LONGEST = 150
_DIGITS = 8


@dataclass(frozen=True)
class CommittedPlace:
    """The folder of one variant, whether or not something is there."""

    root: Path
    model: str
    """As given to `--vc-model`."""
    recipe: Recipe

    @property
    def folder(self) -> Path:
        """Where it is written."""
        recipe = _OF_TECHNIQUE.sub(r"\1\2-", self.recipe.text)
        return self.root / _told_apart(self._known_as) / _told_apart(recipe)

    @property
    def found(self) -> Path:
        """Where it is read: also under the name that it had before names told all apart."""
        before = self.root / _cut(Path(self.model).name) / _cut(self.recipe.text)
        return before if (before / FILE).is_file() and not self.folder.is_dir() else self.folder

    @property
    def _known_as(self) -> str:
        """The model's name on every machine: checkpoints are wherever they are, and go by their own."""
        path = Path(self.model)
        return path.name if path.is_absolute() or path.exists() else self.model

    def write(self, model: Model, record: LearnedRecord) -> None:
        """Stores a learned model, its matrices as halves.

        Raises:
            VidcompressError: it cannot be written.
        """
        small = model.copy()
        store(small, self.recipe, replace(record, halves=halve(small.module)), self.folder)


def _cut(text: str) -> str:
    return _ELSE.sub("-", text)[:_LONGEST]


def _told_apart(text: str) -> str:
    name = _cut(text)
    if name == text:
        return name
    return f"{name[: _LONGEST - _DIGITS - 1]}-{sha256(text.encode()).hexdigest()[:_DIGITS]}"


def committed_folders(root: Path) -> Iterator[Path]:
    """Those of all variants there, in order."""
    return (file.parent for file in sorted(root.glob(f"*/*/{FILE}")))
