"""Recipes of rewrites and formats that may meet a budget: they cost next to nothing and need no search."""

from __future__ import annotations

from ...compress.target import FORMATS, REWRITE, Target

Rounds = list[list[str]]
"""Recipes; those of a later round are tried where none of the earlier ones suffices."""


def rounds_of(target: Target) -> Rounds:
    """What may be tried, in rounds.

    What saves time or work saves more with `fuse`, which costs nothing, so that is always in front. Of bytes it takes
    few or none, and is tried where formats alone do not suffice.
    """
    allowed = target.mechanisms
    formats = [each for each in FORMATS[target.metric] if all(name in allowed for name in each.split("+"))]
    if REWRITE not in allowed:
        return [formats] if formats else []
    fused = [REWRITE, *(f"{REWRITE}+{each}" for each in formats)]
    if target.metric == "size" and formats:
        return [formats, fused]
    return [fused]


def without_rewrite(recipe: str) -> str:
    """The recipe for a model in which there is nothing to rewrite; empty where nothing else is in it."""
    return recipe.removeprefix(REWRITE).removeprefix("+")
