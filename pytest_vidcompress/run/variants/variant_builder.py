"""Recipes applied to the models of a run, on its device: what tests and grids measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ...compress.exits.cascade import cascade_of, parts_of
from ...compress.recipe import Recipe
from ...compress.target import target_of
from ...errors import VidcompressError
from ...models.model import Model
from ...present.variants.variant_notes import VariantNotes
from ...runtimes.device_support import refuse_recipe, refuse_unsupported
from ...runtimes.registry import usable_runtime
from ..inputs import Inputs
from ..options import Options
from ..registries import Registries

if TYPE_CHECKING:
    from ...artefacts.starting_point import StartingPoint
    from ...artefacts.variant import Variant
    from ...measure.accuracy.predict import Progress
    from ..target.targets import Targets
    from .learned_models import LearnedModels


@dataclass(frozen=True)
class Compressed:
    """A model as techniques left it, for whatever runtime."""

    model: Model
    complete: Recipe
    """What makes it of the uncompressed model; another than its own where that begins with an artefact."""


class VariantBuilder:
    """Builds variants.

    Args:
        notes: of the run, which take what is found out.
        progress: called where that takes time.
    """

    def __init__(
        self,
        options: Options,
        registries: Registries,
        inputs: Inputs,
        notes: VariantNotes,
        progress: Progress | None = None,
    ) -> None:
        self._options = options
        self._registries = registries
        self._inputs = inputs
        self._notes = notes
        self._progress = progress

    def variant(self, recipe: Recipe, model: str) -> Variant:
        """`recipe` applied to a copy of the model, ready to run.

        Raises:
            UntrainedError: it learns, is not kept, and is not to be trained.
            VidcompressError: it cannot be built.
        """
        recipe = self.resolved(recipe, model)
        runtime = recipe.runtime_with(self._options.runtime)
        executes = usable_runtime(runtime, self._registries.runtimes)
        refuse_unsupported(recipe, runtime, executes, str(self._inputs.device))
        if self._progress:
            self._progress(f"compressing {model} by {recipe}", 0, 0)
        return self.in_runtime(recipe, self.compressed(recipe, model), runtime)

    def compressed(self, recipe: Recipe, model: str) -> Compressed:
        """What the techniques of `recipe` make of a copy of the model, in whatever runtime it is going to run; raises
        likewise."""
        recipe = self.resolved(recipe, model)
        if cascade_of(recipe):
            return self._cascade(recipe, model)
        start = self.starting_point(recipe, model)
        refuse_recipe(start.complete, str(self._inputs.device))
        learned = self._learned.model(start, model) if start.recipe.learns else start.model
        made = start.recipe.after_learning.apply(learned, self._inputs.calibration(model))
        return Compressed(made.on(self._inputs.device), start.complete)

    def _cascade(self, recipe: Recipe, model: str) -> Compressed:
        from ...artefacts.stages.cascade_model import StageModel, in_cascade

        def make(stage: Recipe, name: str) -> StageModel:
            made = self.compressed(stage, name or model)
            return StageModel(made.model, made.complete)

        inputs = self._inputs
        made, complete = in_cascade(
            recipe,
            inputs.model(model),
            make,
            inputs.calibration(model),
            inputs.training(model),
            self._registries.runtimes,
        )
        return Compressed(made, complete)

    def trainings(self, wanted: Iterable[tuple[str, Recipe]]) -> list[str]:
        """What is going to be trained, each once, and how long: `distil of videomae, about 5 min`.

        Args:
            wanted: names of models, and recipes.
        """
        found: dict[str, None] = {}
        for model, recipe in (part for pair in wanted for part in parts_of(pair[1], pair[0])):
            if not recipe.learns or target_of(recipe):
                continue
            try:
                start = self.starting_point(recipe, model)
                time = self._learned.time_to_train(start, model)
            except VidcompressError:
                continue  # its test says why
            if time:
                found[f"{recipe.through_learning} of {model}, {time}"] = None
        return [*found]

    def resolved(self, recipe: Recipe, model: str) -> Recipe:
        """The recipe itself; of one that begins with a budget, what meets that."""
        return recipe if target_of(recipe) is None else self._targets.resolved(recipe, model)

    def show_sensitivity(self, model: str) -> None:
        """Notes what the blocks of a model are worth."""
        self._notes.sensitivities[model] = self._targets.sensitivity(model)

    @cached_property
    def _targets(self) -> Targets:
        from ..target.targets import Targets

        return Targets(self._options, self._inputs, self.variant, self._notes, self._progress)

    @cached_property
    def _learned(self) -> LearnedModels:
        from .learned_models import LearnedModels

        return LearnedModels(self._options, self._registries, self._inputs, self._notes, self._progress)

    def starting_point(self, recipe: Recipe, model: str) -> StartingPoint:
        """What a recipe begins with: the model, or a saved artefact of it."""
        from ...artefacts.starting_point import starting_point

        return starting_point(recipe, self._inputs.workpiece(model), self._registries.techniques)

    def in_runtime(self, recipe: Recipe, made: Compressed, runtime: str) -> Variant:
        """What a recipe made, ready in a runtime."""
        from ...artefacts.variant import prepared

        return prepared(recipe, made.model, runtime, self._registries.runtimes, made.complete)
