"""Recipes applied to the models of a run, on its device: what tests and grids measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..compress.recipe import Recipe
from ..models.model import Model
from ..runtimes.device_support import refuse_recipe, refuse_unsupported
from ..runtimes.registry import usable_runtime
from .inputs import Inputs
from .options import Options
from .registries import Registries

if TYPE_CHECKING:
    from ..artefacts.variant import Variant
    from ..measure.accuracy.predict import Progress


@dataclass(frozen=True)
class Compressed:
    """A model as techniques left it, for whatever runtime."""

    model: Model
    complete: Recipe
    """What makes it of the uncompressed model; another than its own where that begins with an artefact."""


class VariantBuilder:
    """Builds variants.

    Args:
        progress: called where that takes time.
    """

    def __init__(
        self, options: Options, registries: Registries, inputs: Inputs, progress: Progress | None = None
    ) -> None:
        self._options = options
        self._registries = registries
        self._inputs = inputs
        self._progress = progress

    def variant(self, recipe: Recipe, model: str) -> Variant:
        """`recipe` applied to a copy of the model, ready to run."""
        runtime = recipe.runtime_with(self._options.runtime)
        executes = usable_runtime(runtime, self._registries.runtimes)
        refuse_unsupported(recipe, runtime, executes, str(self._inputs.device))
        if self._progress:
            self._progress(f"compressing {model} by {recipe}", 0, 0)
        return self.in_runtime(recipe, self.compressed(recipe, model), runtime)

    def compressed(self, recipe: Recipe, model: str) -> Compressed:
        """What the techniques of `recipe` make of a copy of the model, in whatever runtime it is going to run."""
        from ..artefacts.starting_point import starting_point

        start = starting_point(recipe, self._inputs.workpiece(model), self._registries.techniques)
        refuse_recipe(start.complete, str(self._inputs.device))
        made = start.recipe.apply(start.model, self._inputs.calibration(model))
        return Compressed(made.on(self._inputs.device), start.complete)

    def in_runtime(self, recipe: Recipe, made: Compressed, runtime: str) -> Variant:
        """What a recipe made, ready in a runtime."""
        from ..artefacts.variant import prepared

        return prepared(recipe, made.model, runtime, self._registries.runtimes, made.complete)
