"""`cascade`: a variant answers all clips, and another one those of which the first is not sure.

    cascade:first=(shrink:mlp=0.5+fuse+int8-static),then=(fuse+int8-static)
    cascade:first=(fuse+int8-static),then=(fuse+int8-static),model=SMALLER

Wang et al., "Wisdom of Committees: An Overlooked Approach To Faster and More Accurate Models", ICLR 2022, section 4:
it costs the first, and the second for those clips that it is asked about. Both are built, and the threshold is found,
in a later room, by `artefacts.stages`: there are runtimes; here is what a recipe says of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from ...errors import VidcompressError
from ..recipe import Recipe
from ..target import Target
from ..technique import Stored, Technique
from .exit_parameters import ExitParameters

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model

Place = Literal["first", "then"]
RUNTIME = "two-stages"
_NONE = Recipe(())


@dataclass(frozen=True)
class Stage:
    """One of the two variants."""

    place: Place
    recipe: Recipe
    model: str
    """Another than that of the cascade; empty: that one."""


@dataclass(frozen=True)
class TwoRecipes:
    """Of which variants."""

    first: Recipe = _NONE
    """Of the variant that answers all clips."""
    then: Recipe = _NONE
    """Of the one that answers those of which the first is not sure."""
    model: str = ""
    """What `first` is applied to, where that is another model than the cascade's: as given to `--vc-model`."""


@dataclass(frozen=True)
class Cascade(ExitParameters, TwoRecipes):
    """And how sure the first must be."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for stage in self.stages:
            if not stage.recipe.steps:
                raise VidcompressError("it needs two recipes: cascade:first=(RECIPE),then=(RECIPE)")
            for step in stage.recipe.steps:
                if isinstance(step.parameters, Cascade):
                    raise VidcompressError(
                        f"{stage.place}= is a cascade itself, and there are two stages: expected a recipe without one"
                    )
                if isinstance(step.parameters, Target):
                    raise VidcompressError(
                        f"{stage.place}= asks for a budget, which only a whole recipe can: name what meets it"
                    )

    @property
    def stages(self) -> tuple[Stage, Stage]:
        return Stage("first", self.first, self.model), Stage("then", self.then, "")

    def of(self, first: Recipe, then: Recipe) -> Cascade:
        """The same of other recipes, which names no folder."""
        return replace(self, first=first, then=then, model=PurePath(self.model).name)


def cascade_of(recipe: Recipe) -> Cascade | None:
    """What a recipe says, if it is that of a cascade."""
    parameters = recipe.steps[0].parameters if recipe.steps else None
    return parameters if isinstance(parameters, Cascade) else None


def parts_of(recipe: Recipe, model: str) -> Iterator[tuple[str, Recipe]]:
    """What is built for a recipe, each with the name of the model that it is applied to: of a cascade both stages."""
    cascade = cascade_of(recipe)
    if cascade is None:
        yield model, recipe
        return
    yield from ((stage.model or model, stage.recipe) for stage in cascade.stages)


def apply(model: Model, parameters: Cascade, clips: Clips) -> Model:
    raise VidcompressError(
        "a cascade is made of two variants, each in its runtime, and not of a model alone: build it with vc_variant,"
        " `vidcompress compress` or artefacts.variant.build"
    )


def rebuild(module: nn.Module, parameters: Cascade, stored: Stored) -> nn.Module:
    """Both stages as their recipes leave them.

    Args:
        module: both uncompressed modules as stages, or the one that both are made of.

    Raises:
        VidcompressError: it is one, and the first stage is of another model.
    """
    from ...models.module_copy import module_copy
    from .staged_module import TwoStages

    if not isinstance(module, TwoStages):
        if parameters.model:
            raise VidcompressError(
                f"its first stage is of {parameters.model!r}, and module= gives one uncompressed module alone: leave"
                " module= out"
            )
        module = TwoStages(module_copy(module), module)
    for stage in parameters.stages:
        begin, part = f"{stage.place}.", module.get_submodule(stage.place)
        own = {name.removeprefix(begin): shape for name, shape in stored.items() if name.startswith(begin)}
        for step in stage.recipe.steps:
            part = step.technique.rebuilt(part, step.parameters, own)
        setattr(module, stage.place, part)
    module.runtimes = (parameters.first.runtime, parameters.then.runtime)
    return module


CASCADE = Technique(
    "a variant answers all clips, another one those of which it is not sure",
    apply,
    Cascade,
    last=True,
    rebuild=rebuild,
    runtime=RUNTIME,
    first=True,
)
