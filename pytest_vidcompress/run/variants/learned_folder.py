"""A learned variant for everybody who has a repository: what a run of its tests would train, in a folder of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...artefacts.kept.committed import CommittedPlace
from ...artefacts.kept.learned_record import LearnedRecord, read_record
from ...artefacts.save import versions
from ...artefacts.starting_point import starting_point
from ...errors import VidcompressError
from ...present.variants.variant_notes import VariantNotes
from .learned_models import LearnedModels
from .learning_facts import complete_learning, learning_facts

if TYPE_CHECKING:
    from ...measure.accuracy.predict import Progress
    from ..inputs import Inputs
    from ..options import Options
    from ..registries import Registries


@dataclass(frozen=True)
class Written:
    """What is in the folder now."""

    place: CommittedPlace
    seconds: float
    """Of training."""
    is_new: bool
    """It was not there before."""


def write_learned(
    recipe: str,
    model: str,
    inputs: Inputs,
    options: Options,
    registries: Registries,
    progress: Progress | None = None,
) -> Written:
    """Puts a variant into `--vc-learned`, trained now or by an earlier run; with `--vc-learn=again` trained anew.

    Args:
        recipe: what follows the last technique that learns is not stored.
        model: as given to `--vc-model`.
        inputs: of `options`.

    Raises:
        VidcompressError: the recipe does not learn, cannot be trained, or the folder cannot be written.
    """
    wanted = inputs.choices.recipe(recipe)
    if not wanted.learns:
        raise VidcompressError(
            f"recipe {recipe!r} learns nothing, and is built in every run: name one that trains, such as"
            f" {recipe}+distil"
        )
    start = starting_point(wanted.through_learning, inputs.workpiece(model))
    facts = learning_facts(start, inputs.lessons(model), inputs.calibration(model))
    place = CommittedPlace(options.learned, model, complete_learning(start))
    there = read_record(place.found)
    if there is not None and not there.differences(facts) and options.learn != "again":
        return Written(place, there.seconds, False)
    made = LearnedModels(options, registries, inputs, VariantNotes(), progress).model(start, model)
    record = LearnedRecord(facts, versions(), made.curves)
    place.write(made, record)
    return Written(place, record.seconds, True)
