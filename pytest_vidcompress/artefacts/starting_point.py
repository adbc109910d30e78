"""What a recipe begins with: the uncompressed model, or a saved artefact that `artefact:path=DIR` names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compress.artefact import folder_of
from ..compress.recipe import Recipe, parse
from ..compress.registry import TECHNIQUES
from ..errors import VidcompressError
from ..models.model import Model
from .folder import read
from .load import open_beside
from .manifest import SAFETENSORS, Manifest
from .same_model import refuse_other_model

if TYPE_CHECKING:
    from ..compress.technique import Technique


@dataclass(frozen=True)
class StartingPoint:
    """A model, and the techniques that are left to apply."""

    model: Model
    recipe: Recipe
    complete: Recipe
    """What makes the same of the uncompressed model: it names no folder, so that whatever is saved of it can be
    loaded where that is not."""


def starting_point(
    recipe: Recipe, model: Model, techniques: Mapping[str, Technique] | None = None
) -> StartingPoint:
    """Opens the artefact that a recipe begins with; without one, the model itself.

    Args:
        model: uncompressed; it is not changed.
        techniques: by name, besides those that come with this package.

    Raises:
        VidcompressError: there is no artefact, it is damaged, of another model or of a runtime's own files, or what
            follows cannot follow what it was made by.
    """
    folder = folder_of(recipe)
    if folder is None:
        return StartingPoint(model, recipe, recipe)
    manifest = read(folder)
    opened = _opened(folder, manifest, model, techniques)
    complete = _complete(recipe, manifest, {**TECHNIQUES, **(techniques or {})})
    return StartingPoint(opened, replace(recipe, steps=recipe.steps[1:]), complete)


def _complete(recipe: Recipe, manifest: Manifest, techniques: Mapping[str, Technique]) -> Recipe:
    """The steps that made the artefact and those that follow it, in an order that makes sense."""
    made_by, following = parse(manifest.recipe, techniques).steps, recipe.steps[1:]
    # The control does nothing, and cannot be combined.
    before = tuple(step for step in made_by if not (step.technique.alone and following))
    try:
        joined = parse(Recipe((*before, *following)).text, techniques)
        return replace(joined, other_runtime=recipe.other_runtime)
    except VidcompressError as error:
        raise VidcompressError(f"recipe {str(recipe)!r} starts from {manifest.recipe!r}: {error}") from None


def _opened(
    folder: Path, manifest: Manifest, model: Model, techniques: Mapping[str, Technique] | None
) -> Model:
    """The compressed model that is stored, in the place of the uncompressed one and on its device."""
    if manifest.format != SAFETENSORS:
        raise VidcompressError(
            f"artefact {str(folder)!r} holds files of runtime {manifest.format!r}, which no technique works on: save"
            " the variant for torch, too (--vc-runtime=torch)"
        )
    opened = open_beside(folder, manifest, model, techniques)
    refuse_other_model(folder, manifest.model, opened.labels, opened.profile, model)
    _refuse_other_family(folder, opened, model)
    if opened.weights != model.weights:
        raise VidcompressError(
            f"artefact {str(folder)!r} has {opened.weights} weights, and model {model.name!r} has {model.weights}"
            " ones: start from one that was made of it"
        )
    return replace(model, module=opened.module, notes=opened.notes).on(model.device)


def _refuse_other_family(folder: Path, opened: Model, model: Model) -> None:
    own, other = _family(opened), _family(model)
    if own and other and own != other:
        raise VidcompressError(
            f"artefact {str(folder)!r} is of a {own} model, and model {model.name!r} is a {other}: start from one"
            " that was made of it"
        )


def _family(model: Model) -> str:
    """As transformers' configurations call it; empty where nothing says so."""
    config: Any = getattr(model.module, "config", None)
    return str(getattr(config, "model_type", "") or "")
