"""Markers and options -> which test runs with which model and recipe. No pytest in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch

from ..compress.recipe import Recipe
from ..compress.target import NAME as TARGET
from ..compress.target import target_of

Named = tuple[tuple[str, ...], str]
"""Recipes as written, and the pattern of the models' names that they are for."""


def pairs(
    named: Sequence[Named],
    models: Sequence[str],
    only: Sequence[str],
    default: Sequence[str],
    recipe: Callable[[str], Recipe],
) -> list[tuple[str, str]]:
    """The `(model, canonical recipe)` pairs that a test with `vc_variant` runs over.

    Args:
        named: by the test's `vc_variants` markers; without any, the test takes whatever is asked for.
        models: names from `--vc-model`.
        only: recipes from `--vc-variant`; empty means all.
        default: what a test without marker runs when nothing is asked for.
        recipe: parses a recipe.

    Raises:
        VidcompressError: a recipe that cannot be.
    """
    chosen = [recipe(text) for text in only]
    named = named or [((*(only or default),), "*")]
    found: dict[tuple[str, str], None] = {}
    for model in models:
        for recipes, pattern in named:
            if fnmatch(model, pattern) or fnmatch(model.rsplit("/", 1)[-1], pattern):
                wanted = (each for text in recipes for each in _selected(recipe(text), chosen))
                found.update(dict.fromkeys((model, str(each)) for each in wanted))
    return [*found]


def _selected(named: Recipe, chosen: Sequence[Recipe]) -> Iterable[Recipe]:
    """What a test runs of a recipe that it names: itself, or in the runtimes that are asked for; of a
    budget that it leaves open, those that are asked for."""
    if not chosen:
        return (named,)
    if named.text == TARGET:
        return [each for each in chosen if target_of(each)]
    alike = [each for each in chosen if each.text == named.text]
    return [
        each if each.other_runtime else named
        for each in alike
        if not each.other_runtime or named.other_runtime in ("", each.other_runtime)
    ]
