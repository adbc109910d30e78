"""A recipe of `cascade` -> a model of two stages, with the threshold that was given or found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from ...clips.labels import normal_form
from ...compress.exits.cascade import Cascade, Stage
from ...compress.exits.confidence import confidence
from ...compress.exits.found_threshold import FoundThreshold, find_threshold
from ...compress.exits.staged_module import STAGES, TwoStages
from ...compress.exits.threshold_clips import ThresholdClips, refuse_without_targets, right_answers
from ...compress.recipe import Recipe
from ...errors import VidcompressError
from ...models.adapter import logits_from
from ...models.model import Model
from ...runtimes.registry import find_runtime, usable_runtime
from ...runtimes.runtime import Executable, Runtime

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...learn.lessons import Batches


@dataclass(frozen=True)
class StageModel:
    """A model as the techniques of a stage left it."""

    model: Model
    complete: Recipe
    """What makes it of the uncompressed model: it names no folder."""


MakeStage = Callable[[Recipe, str], StageModel]
"""`(recipe, name of a model, empty for that of the cascade) -> a stage`."""


def in_cascade(
    recipe: Recipe,
    reference: Model,
    make: MakeStage,
    calibration: Clips,
    training: Batches | None,
    runtimes: Mapping[str, Runtime],
) -> tuple[Model, Recipe]:
    """Both stages as one model, and the recipe with what makes each of its uncompressed model.

    Args:
        recipe: of a cascade.
        reference: the uncompressed model.
        calibration: clips that the threshold is found on where there are none to train on.
        training: such clips; None where there are none.
        runtimes: by name.

    Raises:
        VidcompressError: a stage cannot be made, or is of a model that has other labels or is shown other pixels.
    """
    (step,) = recipe.steps
    cascade: Cascade = step.parameters
    stages = [_stage(stage, make, reference) for stage in cascade.stages]
    models = [each.model for each in stages]
    if cascade.threshold:
        threshold, note = cascade.threshold, f"threshold {cascade.threshold:g}, as given"
    else:
        clips = ThresholdClips("cascade", calibration, training, cascade.clips)
        runs = [
            _executable(stage.recipe.runtime, model, runtimes)
            for stage, model in zip(cascade.stages, models, strict=True)
        ]
        found = _found(runs, clips, reference, cascade.drop)
        threshold, note = found.threshold, found.describe(STAGES)
    # Where it begins with an artefact, what makes that may prefer another runtime than the recipe does.
    recipes = [
        made.complete.on(stage.recipe.runtime) for stage, made in zip(cascade.stages, stages, strict=True)
    ]
    complete = replace(step, parameters=cascade.of(*recipes))
    return _together(cascade, reference, models, threshold, note), replace(recipe, steps=(complete,))


def _together(
    cascade: Cascade, reference: Model, models: Sequence[Model], threshold: float, note: str
) -> Model:
    first, then = (model.module for model in models)
    runtimes = (cascade.first.runtime, cascade.then.runtime)
    said = (f"{place}: {each}" for place, model in zip(STAGES, models, strict=True) for each in model.notes)
    return replace(
        reference,
        module=TwoStages(first, then, runtimes, threshold).to(reference.device).eval(),
        notes=(*reference.notes, *said, note),
        curves=tuple(curve for model in models for curve in model.curves),
    )


def _stage(stage: Stage, make: MakeStage, reference: Model) -> StageModel:
    made = make(stage.recipe, stage.model)
    if stage.model:
        _refuse_other_model(stage, made.model, reference)
    return made


def _refuse_other_model(stage: Stage, own: Model, reference: Model) -> None:
    if [*map(normal_form, own.labels)] != [*map(normal_form, reference.labels)]:
        raise VidcompressError(
            f"cascade: {stage.place}= is of model {stage.model!r}, which has other labels than"
            f" {reference.name!r}: expected a model that answers with the same"
        )
    for name, value in own.profile.pixels.items():
        other = reference.profile.pixels[name]
        if value != other:
            raise VidcompressError(
                f"cascade: {stage.place}= is of model {stage.model!r}, which takes clips of {name} {value}, and"
                f" {reference.name!r} of {other}: expected a model that is shown the same"
            )


@torch.inference_mode()
def _found(
    runs: Sequence[Executable], clips: ThresholdClips, reference: Model, drop: float
) -> FoundThreshold:
    """How sure the first stage must be, by what both answer in the runtimes that execute them."""
    answers: tuple[list[torch.Tensor], ...] = tuple([] for _ in runs)
    aims: list[torch.Tensor] = []
    for pixels, targets in clips.batches():
        refuse_without_targets("cascade", targets)
        shown = pixels.to(reference.device)
        for run, own in zip(runs, answers, strict=True):
            own.append(logits_from(run(shown)).float().cpu())
        aims.append(targets.cpu())
    early, late = (torch.cat(own) for own in answers)
    targets = torch.cat(aims) if reference.weights == "trained" else late.argmax(-1)
    right = torch.stack([right_answers(logits, targets) for logits in (early, late)])
    return find_threshold(confidence(early).unsqueeze(0), right, drop)


def _executable(name: str, stage: Model, runtimes: Mapping[str, Runtime]) -> Executable:
    """A stage in its runtime; where that is not installed, in torch, which computes the same numbers."""
    known = find_runtime(name, runtimes)
    return (usable_runtime("torch", runtimes) if known.missing else known).prepare(stage)
