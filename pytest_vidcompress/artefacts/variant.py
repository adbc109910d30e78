"""A recipe applied to a model: what is shipped, and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..compress.recipe import Recipe
from ..errors import VidcompressError
from ..models.model import Model
from ..runtimes.runtime import Executable, Runtime
from . import save as artefact

if TYPE_CHECKING:
    from ..clips.loader import Clips


@dataclass(frozen=True)
class Variant:
    """A compressed model."""

    recipe: Recipe
    model: Model
    """The compressed model as techniques left it."""
    module: Executable
    """What runs: pixels -> logits; under torch an `nn.Module`."""
    runtime: str
    """Its name."""
    executes: Runtime

    @property
    def name(self) -> str:
        """The recipe's canonical text, and `@runtime` where that is not the recipe's own."""
        return str(self.recipe) + ("" if self.runtime == self.recipe.runtime else f"@{self.runtime}")

    def __repr__(self) -> str:
        return f"Variant({self.name!r} of {self.model.name!r})"

    @property
    def notes(self) -> tuple[str, ...]:
        return self.model.notes

    def save(self, directory: str | Path) -> None:
        """Writes the artefact: tensors or the runtime's own files, recipe and profile in JSON; nothing executable."""
        artefact.save(self, Path(directory))

    def size_bytes(self) -> int:
        """Bytes that `save` writes."""
        return artefact.size_bytes(self)


def build(
    recipe: Recipe, model: Model, clips: Clips, runtimes: Mapping[str, Runtime], chosen: str = ""
) -> Variant:
    """Applies `recipe` to a copy of `model`.

    Args:
        clips: calibrate the techniques that need data.
        runtimes: by name.
        chosen: the one to run in; empty for the recipe's own.

    Raises:
        VidcompressError: the runtime is not there, or the model cannot be compressed or run so.
    """
    name = chosen or recipe.runtime
    if name not in runtimes:
        raise VidcompressError(f"unknown runtime {name!r}: there are {', '.join(runtimes)}")
    if runtimes[name].missing:
        raise VidcompressError(f"runtime {name!r} cannot run here: {runtimes[name].missing}")
    compressed = recipe.apply(model, clips)
    return Variant(recipe, compressed, runtimes[name].prepare(compressed), name, runtimes[name])
