"""A recipe applied to a model: what is shipped, and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..compress.exits.cascade import cascade_of
from ..compress.recipe import Recipe
from ..models.load import load as load_model
from ..models.model import Model
from ..runtimes.device_support import refuse_runtime, refuse_unsupported
from ..runtimes.registry import usable_runtime
from ..runtimes.runtime import Executable, Runtime
from . import save as artefact
from .size import Size
from .stages.cascade_model import MakeStage, StageModel, in_cascade
from .starting_point import starting_point

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..learn.lessons import Lessons


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
    complete: Recipe | None = None
    """What makes it of the uncompressed model, where its own recipe begins with an artefact."""

    @property
    def complete_recipe(self) -> Recipe:
        """What makes it of the uncompressed model: it names no folder, and is what `save` writes."""
        return self.complete or self.recipe

    @property
    def name(self) -> str:
        """The recipe's canonical text, with `@runtime` where that is not the one that its techniques prefer."""
        return str(self.recipe.on(self.runtime))

    def __repr__(self) -> str:
        return f"Variant({self.name!r} of {self.model.name!r})"

    @property
    def notes(self) -> tuple[str, ...]:
        return self.model.notes

    def save(self, directory: str | Path) -> None:
        """Writes the artefact: tensors or the runtime's own files, recipe and profile in JSON; nothing executable.

        Args:
            directory: a new or empty folder, or one with an older artefact, which is replaced.

        Raises:
            VidcompressError: it holds other things, or cannot be written.
        """
        artefact.save(self, Path(directory))

    def size_bytes(self) -> int:
        """Bytes that `save` writes."""
        return artefact.size_bytes(self)

    def size(self) -> Size:
        """The same, and how many of them are the tensors'."""
        return artefact.size(self)


def build(
    recipe: Recipe,
    model: Model,
    clips: Clips,
    runtimes: Mapping[str, Runtime],
    chosen: str = "",
    lessons: Lessons | None = None,
) -> Variant:
    """Applies `recipe` to a copy of `model`, on the device where that is.

    Args:
        clips: calibrate the techniques that need data.
        runtimes: by name.
        chosen: the one to run in where the recipe names none; empty for the one that its techniques prefer.
        lessons: what a recipe that learns learns from.

    Raises:
        VidcompressError: the runtime is not there, or the model cannot be compressed or run so, or not there.
    """
    name = recipe.runtime_with(chosen)
    if cascade_of(recipe):
        refuse_unsupported(recipe, name, usable_runtime(name, runtimes), str(model.device))
        training = lessons and lessons.training
        made, complete = in_cascade(recipe, model, _maker(model, clips, lessons), clips, training, runtimes)
        return prepared(recipe, made, name, runtimes, complete)
    start = starting_point(recipe, model)
    refuse_unsupported(start.complete, name, usable_runtime(name, runtimes), str(model.device))
    compressed = start.recipe.apply(start.model, clips, lessons)
    return prepared(recipe, compressed, name, runtimes, start.complete)


def _maker(model: Model, clips: Clips, lessons: Lessons | None) -> MakeStage:
    """What makes the stages of a cascade, of the model or of another one that has a name."""

    def make(recipe: Recipe, name: str) -> StageModel:
        of = load_model(name, model.labels, model.name, model.weights).on(model.device) if name else model
        start = starting_point(recipe, of)
        return StageModel(start.recipe.apply(start.model, clips, lessons), start.complete)

    return make


def prepared(
    recipe: Recipe,
    compressed: Model,
    name: str,
    runtimes: Mapping[str, Runtime],
    complete: Recipe | None = None,
) -> Variant:
    """What a recipe made of a model, ready in a runtime.

    Args:
        compressed: as techniques left it, on the device where it is to run.
        name: of the runtime.
        complete: as of a variant.

    Raises:
        VidcompressError: it is not there, or cannot run this.
    """
    executes = usable_runtime(name, runtimes)
    refuse_runtime(name, executes, str(compressed.device), f"variant {str(recipe.on(name))!r}")
    run = executes.prepare(compressed)
    return Variant(recipe.on(name), compressed, run, name, executes, None if complete == recipe else complete)
