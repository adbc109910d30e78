"""A learned variant for everybody who has a repository: what a run of its tests would train, in a folder of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...artefacts.starting_point import StartingPoint, starting_point
from ...compress.exits.cascade import cascade_of
from ...errors import VidcompressError
from ...present.variants.variant_notes import VariantNotes
from .learned_models import Committed, LearnedModels

if TYPE_CHECKING:
    from ...measure.accuracy.predict import Progress
    from ..inputs import Inputs
    from ..options import Options
    from ..registries import Registries


def commit_learned(
    recipe: str,
    model: str,
    inputs: Inputs,
    options: Options,
    registries: Registries,
    progress: Progress | None = None,
) -> Committed:
    """Puts a variant into `--vc-learned`, trained now or by an earlier run; with `--vc-learn=again` trained anew.

    Args:
        recipe: what follows the last technique that learns is not stored.
        model: as given to `--vc-model`.
        inputs: of `options`.

    Raises:
        VidcompressError: the recipe does not learn, cannot be trained, or the folder cannot be written.
    """
    learned = LearnedModels(options, registries, inputs, VariantNotes(), progress)
    return learned.commit(_start(recipe, model, inputs), model)


def keep_learned(
    recipe: str,
    model: str,
    inputs: Inputs,
    options: Options,
    registries: Registries,
    progress: Progress | None = None,
) -> float:
    """Trains a variant, unless it is kept, and leaves it in the cache and the store; returns the seconds of training.

    Arguments and errors are those of `commit_learned`.
    """
    learned = LearnedModels(options, registries, inputs, VariantNotes(), progress)
    made = learned.model(_start(recipe, model, inputs), model)
    return sum(curve.seconds for curve in made.curves)


def _start(recipe: str, model: str, inputs: Inputs) -> StartingPoint:
    wanted = inputs.choices.recipe(recipe)
    if cascade_of(wanted):
        raise VidcompressError(
            f"recipe {recipe!r} learns nothing itself, and its stages are kept each by itself: name those that train"
        )
    if not wanted.learns:
        raise VidcompressError(
            f"recipe {recipe!r} learns nothing, and is built in every run: name one that trains, such as"
            f" {recipe}+distil"
        )
    return starting_point(wanted.through_learning, inputs.workpiece(model))
