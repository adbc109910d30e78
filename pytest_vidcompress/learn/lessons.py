"""What a technique that learns is given: the reference to learn from, and clips that may be trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..clips.training_clips import TrainingClips
from ..models.model import Model

if TYPE_CHECKING:
    import torch

__all__ = ["Batches", "Lessons", "Progress", "TrainingClips"]

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and the total. What stands in it behind `; ` may change from
call to call."""


class Batches(Protocol):
    """What a training takes: `TrainingClips`, or what was computed of them."""

    @property
    def digest(self) -> str: ...

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]: ...

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]: ...


@dataclass(frozen=True)
class Lessons:
    """A technique trains on the device where the model is that it is given; so are teacher and pixels."""

    teacher: Model
    """The uncompressed reference: shared, to be left as it is."""
    training: Batches
    seed: int = 0
    folder: Path | None = None
    """Of checkpoints of a training under way, for one recipe; None: what is interrupted begins anew."""
    progress: Progress | None = None
    recipe: str = ""
    """Text of the recipe up to the technique that learns, which itself is the last: what a checkpoint is of."""
    cache: Path | None = None
    """The cache folder, where what is computed of clips is kept from run to run; None: nowhere."""

    @property
    def technique(self) -> str:
        """As the recipe has it, with its parameters."""
        return self.recipe.rpartition("+")[2]

    def of(self, recipe: str) -> Lessons:
        """The same for one technique of a recipe."""
        return replace(self, recipe=recipe)
