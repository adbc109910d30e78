"""A module that loses tokens on its way, of whatever family."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any, cast

from torch import nn

from ...errors import VidcompressError
from .reductions import Drop, Merge, Prune
from .run_lengths import RunLengths
from .token_budget import left_by_block, stages, taken_by_block
from .token_grid import Carried, Reductions, TokenFamily, TokenGrid, token_families

if TYPE_CHECKING:
    from ...models.model import Model
    from .token_parameters import DropTokens, MergeTokens, PruneTokens, RunLength

MARK = "reduces_tokens"
"""An attribute of a module that loses tokens already."""
Made = tuple[Reductions, str]
"""And what is to be said of them."""


def reduced_model(
    model: Model, technique: str, reductions: Callable[[TokenGrid], Made]
) -> tuple[nn.Module, str]:
    """The module of a model, which may be changed in place, with reductions, and a note.

    Raises:
        VidcompressError: nothing is known of its tokens, or there are no such reductions.
    """
    if hasattr(model.module, MARK):
        raise VidcompressError(
            f"model {model.name!r} loses tokens already: give one technique of tokens in a recipe"
        )
    family = token_families().get(type(model.module).__name__)
    if family is None:
        raise VidcompressError(
            f"{technique} knows {', '.join(token_families())}, and model {model.name!r} is a"
            f" {type(model.module).__name__}: leave it out of its recipes"
        )
    try:
        made, note = reductions(family.grid(model.module))
    except VidcompressError as error:
        raise VidcompressError(f"{technique} of model {model.name!r}: {error}") from None
    return _reduced(model.module, family, made), note


def rebuilt(module: nn.Module, reductions: Callable[[TokenGrid], Made]) -> nn.Module:
    """The structure that `reduced_model` leaves; a module that has it stays as it is."""
    family = token_families().get(type(module).__name__)
    if family is None or hasattr(module, MARK):
        return module
    return _reduced(module, family, reductions(family.grid(module))[0])


def merging(parameters: MergeTokens, grid: TokenGrid) -> Made:
    """Of `merge-tokens`."""
    taken = taken_by_block(grid, parameters, lambda left: left // 2)
    alike = parameters.places == "same"
    made: list[nn.Module | None] = [Merge(number, alike) if number else None for number in taken]
    carried = Carried(proportional=parameters.proportional)
    return Reductions(_for_all_blocks(grid, made), carried), in_words("merges", grid, taken)


def dropping(parameters: DropTokens, grid: TokenGrid) -> Made:
    """Of `drop-tokens`."""
    taken = taken_by_block(grid, parameters, lambda left: left - 1)
    draw, left, made = Random(parameters.seed), grid.tokens, list[nn.Module | None]()
    groups = 1 if grid.joint or parameters.places == "same" else grid.frames
    for number in taken:
        kept = [sorted(draw.sample(range(left), left - number)) for _ in range(groups)] if number else []
        made.append(Drop(kept, number) if number else None)
        left -= number
    return Reductions(_for_all_blocks(grid, made), Carried()), in_words("drops", grid, taken)


def pruning(parameters: PruneTokens, grid: TokenGrid) -> Made:
    """Of `prune-tokens`."""
    taken = taken_by_block(grid, parameters, lambda left: left - 1)
    places = stages(grid.blocks)
    made = list[nn.Module | None]([None] * grid.blocks)
    for stage, block in enumerate(places):
        groups = grid.groups_of_stage(stage)
        if taken[block]:
            # There and back: what the one way gathers at its end the other begins with.
            made[block] = Prune(taken[block] // groups, groups, backward=stage % 2 == 1)
    return Reductions(_for_all_blocks(grid, made), Carried()), in_words("prunes", grid, taken)


def running(parameters: RunLength, grid: TokenGrid) -> Made:
    """Of `run-length`."""
    if not grid.joint:
        raise VidcompressError(
            "it keeps another number of patches of each frame, and attention over time needs as many of all; expected"
            " a model of joint attention, such as VideoMAE"
        )
    carried = Carried(parameters.proportional, parameters.weighted)
    counted = parameters.proportional or parameters.weighted
    start = RunLengths(parameters.threshold, grid.tubelet, grid.patch, counted)
    note = f"keeps {grid.places} to {grid.tokens} tokens of a clip, those that change"
    return Reductions([None] * grid.blocks, carried, start), note


def in_words(verb: str, grid: TokenGrid, taken: tuple[int, ...]) -> str:
    """`merges 1568 tokens to 128, 784 in the mean of 12 blocks`."""
    left = left_by_block(grid, taken)
    of = "" if grid.joint else " of a frame"
    mean = round(sum(left) / len(left))
    return f"{verb} {grid.tokens} tokens{of} to {left[-1]}, {mean} in the mean of {len(left)} blocks"


def _for_all_blocks(grid: TokenGrid, made: list[nn.Module | None]) -> list[nn.Module | None]:
    """Where a grid has a last block in which none go."""
    return made if grid.joint else [*made, None]


def _reduced(module: nn.Module, family: TokenFamily, reductions: Reductions) -> nn.Module:
    made = family.reduced(module, reductions)
    setattr(cast(Any, made), MARK, True)
    return made.eval()
