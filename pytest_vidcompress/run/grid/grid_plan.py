"""What a grid is going to measure: the axes that were asked for, the others as usual, as arms and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...compress.exits.cascade import RUNTIME as STAGES
from ...compress.recipe import Recipe
from ...errors import VidcompressError
from ...measure.grid.cell import REFERENCE, Arm, Cell
from ..choices import Choices
from ..options import Options
from ..options.grid_spec import GridSpec

PRECISIONS = ("fp32", "bf16", "fuse+bf16", "int8-dynamic", "fuse+int8-static")
"""Those of them that there are."""
SLOW_TO_BUILD = ("torch-compile",)
"""Runtimes that are measured where they are named: each arm compiles for a minute, in every process anew."""
BATCHES = (1, 4)


@dataclass(frozen=True)
class PlannedArm:
    """An arm, and the recipe that makes it."""

    arm: Arm
    recipe: Recipe
    missing: str = ""
    """What to install before it can run."""


@dataclass(frozen=True)
class GridPlan:
    """All arms in all batches and numbers of threads, and the reference."""

    arms: Sequence[PlannedArm]
    batches: Sequence[int]
    threads: Sequence[int]
    reference: Cell
    seconds: float
    limits: Mapping[str, float]

    @property
    def cells(self) -> list[Cell]:
        """Each once, the reference first."""
        others = [
            Cell(each.arm, batch, threads)
            for each in self.arms
            for batch in self.batches
            for threads in self.threads
        ]
        return [*dict.fromkeys([self.reference, *others])]


def grid_plan(options: Options, choices: Choices, threads: int) -> GridPlan:
    """The plan of a run.

    Args:
        threads: of the run, which are the reference's.

    Raises:
        VidcompressError: a recipe or runtime that does not exist.
    """
    spec = options.grid or GridSpec()
    arms: dict[Arm, PlannedArm] = {}
    for recipe in _recipes(spec, options, choices):
        for runtime in _runtimes(recipe, spec, options, choices):
            arm = Arm(recipe.text, runtime)
            arms.setdefault(arm, PlannedArm(arm, recipe, choices.find(runtime).missing))
    return GridPlan(
        arms=tuple(arms.values()),
        batches=spec.batches or BATCHES,
        threads=tuple(each or threads for each in spec.threads) or (threads,),
        reference=Cell(REFERENCE, 1, threads),
        seconds=spec.seconds,
        limits=spec.limits,
    )


def _recipes(spec: GridSpec, options: Options, choices: Choices) -> list[Recipe]:
    named = spec.precisions or options.variants
    if named:
        return [choices.recipe(text) for text in named]
    return [recipe for text in PRECISIONS if (recipe := _if_any(text, choices))]


def _if_any(text: str, choices: Choices) -> Recipe | None:
    try:
        return choices.recipe(text)
    except VidcompressError:
        return None


def _runtimes(recipe: Recipe, spec: GridSpec, options: Options, choices: Choices) -> Sequence[str]:
    """Where a recipe is to run: what it names itself, what was asked for, or wherever that is quick to build."""
    if recipe.other_runtime:
        return (recipe.other_runtime,)
    if spec.runtimes or options.runtime:
        return spec.runtimes or (options.runtime,)
    if recipe.runtime == STAGES:
        return (STAGES,)
    return [name for name in choices.runtime_names if name not in (*SLOW_TO_BUILD, STAGES)]
