"""A recipe applied to a model: what is shipped, and what runs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ..compress.recipe import Recipe
from ..models.model import Model
from . import artefact
from .registry import Runtime

if TYPE_CHECKING:
    from ..clips.loader import Clips


@dataclass(frozen=True)
class Variant:
    """A compressed model."""

    name: str
    """The recipe's canonical text."""
    recipe: Recipe
    model: Model
    """The compressed model as it is stored."""
    module: Callable[[torch.Tensor], Any]
    """The compressed model as the runtime executes it: pixels -> logits; under torch an `nn.Module`."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the artefact says of its making."""
        # The last part only: how a folder's path is typed must not change the size of the artefact.
        return {"recipe": self.name, "model": Path(self.model.name).name, "weights": self.model.weights}

    def __repr__(self) -> str:
        return f"Variant({self.name!r} of {self.model.name!r})"

    @property
    def notes(self) -> tuple[str, ...]:
        return self.model.notes

    def save(self, directory: str | Path) -> None:
        """Writes the artefact: tensors in safetensors, configuration and recipe in JSON."""
        artefact.save(self.model.module, Path(directory), self.facts)

    def size_bytes(self) -> int:
        """Bytes that `save` writes."""
        return artefact.size_bytes(self.model.module, self.facts)


def build(recipe: Recipe, model: Model, clips: Clips, runtime: Runtime) -> Variant:
    """Applies `recipe` to a copy of `model`; `clips` calibrate the techniques that need data."""
    compressed = recipe.apply(model, clips)
    return Variant(str(recipe), recipe, compressed, runtime(compressed.module))


def executable(module: nn.Module) -> nn.Module:
    """The form of `module` that computes on this CPU: half weights are widened, the rest is as it is."""
    if any(p.dtype == torch.float16 for p in module.parameters()):
        return copy.deepcopy(module).float()
    return module
