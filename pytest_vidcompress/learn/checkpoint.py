"""A training under way on disk: written whole or not at all, and read by the same training alone."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from ..errors import VidcompressError, first_line
from .lessons import Lessons
from .weights_digest import weights_digest

SAVE_S = 30.0
"""Seconds of training from one checkpoint to the next."""


@dataclass(frozen=True)
class Checkpoint:
    """Where a training goes on, and which training it is."""

    file: Path
    identity: Mapping[str, str]
    """What must be the same for it to go on: name -> in words."""

    @classmethod
    def of(cls, lessons: Lessons) -> Checkpoint | None:
        """Of the technique that is being taught; None where nothing is kept."""
        if lessons.folder is None:
            return None
        identity = {
            "recipe": lessons.recipe,
            "model": f"{Path(lessons.teacher.name).name} {weights_digest(lessons.teacher.module)}",
            "training clips": lessons.training.digest,
            "seed": str(lessons.seed),
        }
        return cls(lessons.folder / f"{lessons.recipe.count('+') + 1}.checkpoint", identity)

    def read(self) -> dict[str, Any] | None:
        """What `write` was given last; None where there is nothing.

        Raises:
            VidcompressError: it is of another training, or cannot be read.
        """
        try:
            state: Any = torch.load(self.file, map_location="cpu", weights_only=True)
            theirs = {name: str(state["identity"][name]) for name in self.identity}
        except FileNotFoundError:
            return None
        except Exception as error:  # torch has kinds of its own for what is damaged
            raise VidcompressError(
                f"{self.file} cannot be read as the checkpoint of a training ({first_line(error)}): remove it, and"
                " the training begins anew"
            ) from error
        for name, own in self.identity.items():
            if theirs[name] != own:
                raise VidcompressError(
                    f"{self.file} is the checkpoint of another training, of {name} {theirs[name]!r} where this one"
                    f" has {own!r}: name another folder, or remove it"
                )
        return state

    def write(self, state: Mapping[str, Any]) -> None:
        """Replaces what is there when the new one is safely on disk. Where it cannot be written, it warns, and what
        is there stays: the training is worth more than its checkpoint."""
        content = BytesIO()
        torch.save({**state, "identity": dict(self.identity)}, content)
        partial = self.file.with_suffix(f".{os.getpid()}.partial")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.file)
            _sync_folder(self.file.parent)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            _warn_unwritable(self.file, error.strerror or str(error))


def _sync_folder(folder: Path) -> None:
    """A file that was renamed is there after a power cut too; systems whose folders cannot be opened see to it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@cache
def _warn_unwritable(file: Path, reason: str) -> None:
    warnings.warn(
        f"a training goes on without a checkpoint, {file} cannot be written ({reason}): if it is interrupted, it goes"
        " on from the one before",
        stacklevel=2,
    )
