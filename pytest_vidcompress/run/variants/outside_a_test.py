"""A variant that is made outside a test, to be shipped: as a test would measure it, and what it learns is kept where
tests keep theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ...artefacts.stages.cascade_model import StageModel, in_cascade
from ...artefacts.starting_point import StartingPoint, starting_point
from ...artefacts.variant import Variant, prepared
from ...clips.clip import ClipSet
from ...clips.loader import Decoding, Progress
from ...compress.exits.cascade import cascade_of
from ...compress.recipe import Recipe
from ...errors import VidcompressError
from ...learn.lessons import Lessons
from ...models.load import load
from ...models.model import Model
from ...present.variants.variant_notes import VariantNotes
from ...runtimes.device_support import refuse_unsupported
from ...runtimes.registry import usable_runtime
from ..calibration import CalibrationClips, Choice, ready
from ..options import Options
from ..registries import Registries
from ..training_inputs import Reserved, lessons
from .learned_models import LearnedModels


@dataclass(frozen=True)
class Workshop:
    """What one model is compressed with."""

    model: Model
    """The reference."""
    clip_set: ClipSet | None
    """That has its labels; None where none does."""
    choice: Choice
    """Of clips to calibrate on."""
    progress: Progress | None = None

    @cached_property
    def clips(self) -> CalibrationClips:
        """To calibrate on, as the model wants its pixels."""
        return ready(self.choice, self.model, self.clip_set)

    def calibration(self, name: str) -> CalibrationClips:
        return self.clips

    def lessons(self, name: str) -> Lessons:
        """What a recipe that learns is given.

        Raises:
            VidcompressError: there are no clips to train on.
        """
        if self.clip_set is None:
            raise VidcompressError(
                f"model {name!r} has other labels than the packaged clips, and a recipe that learns needs clips with"
                " its own: name them with --clips"
            )
        reserved = Reserved(self.clip_set.clips, self.choice.clips)
        return lessons(self.model, self.clip_set, reserved, Decoding(progress=self.progress))

    def variant(
        self, recipe: Recipe, options: Options, registries: Registries, notes: VariantNotes
    ) -> Variant:
        """`recipe` applied to a copy of the model; what learns is found where it is kept, or trained and kept.

        Args:
            notes: take where that came from.

        Raises:
            VidcompressError: it cannot be made, or run so.
        """
        runtime = recipe.runtime_with(options.runtime)
        if cascade_of(recipe):
            refuse_unsupported(
                recipe, runtime, usable_runtime(runtime, registries.runtimes), str(self.model.device)
            )
            made, complete = self._cascade(recipe, options, registries, notes)
            return prepared(recipe, made, runtime, registries.runtimes, complete)
        start = starting_point(recipe, self.model, registries.techniques)
        executes = usable_runtime(runtime, registries.runtimes)
        refuse_unsupported(start.complete, runtime, executes, str(self.model.device))
        made = self._made(start, options, registries, notes)
        return prepared(recipe, made, runtime, registries.runtimes, start.complete)

    def _made(
        self, start: StartingPoint, options: Options, registries: Registries, notes: VariantNotes
    ) -> Model:
        learned = start.model
        if start.recipe.learns:
            models = LearnedModels(options, registries, self, notes, self.progress)
            learned = models.model(start, self.model.name)
        return start.recipe.after_learning.apply(learned, self.clips)

    def _cascade(
        self, recipe: Recipe, options: Options, registries: Registries, notes: VariantNotes
    ) -> tuple[Model, Recipe]:
        def make(stage: Recipe, name: str) -> StageModel:
            own = self._of_another(name, registries) if name else self
            start = starting_point(stage, own.model, registries.techniques)
            return StageModel(own._made(start, options, registries, notes), start.complete)

        has_lessons = self.clip_set is not None and self.clip_set.training_clips
        training = self.lessons(self.model.name).training if has_lessons else None
        return in_cascade(recipe, self.model, make, self.clips, training, registries.runtimes)

    def _of_another(self, name: str, registries: Registries) -> Workshop:
        """The same for another model with the labels of this one."""
        model, weights = self.model, self.model.weights
        other = load(name, model.labels, model.name, weights, registries.models).on(model.device)
        return replace(self, model=other.shown(model.profile.views))
