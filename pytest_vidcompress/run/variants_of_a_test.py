"""Markers and options -> which test runs with which model and recipe. No pytest in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

from ..compress.recipe import Recipe
from ..errors import VidcompressError

MARKERS = frozenset({"vc_variants", "vc_budget", "vc_margin"})

Marker = tuple[Sequence[Any], Mapping[str, Any]]
"""Positional and keyword arguments."""


def pairs(
    markers: Sequence[Marker],
    models: Sequence[str],
    only: Sequence[str],
    default: Sequence[str],
    recipe: Callable[[str], Recipe],
) -> list[tuple[str, str]]:
    """The `(model, canonical recipe)` pairs that a test with `vc_variant` runs over.

    Args:
        markers: the test's `vc_variants` markers; without any, the test takes whatever is asked for.
        models: names from `--vc-model`.
        only: recipes from `--vc-variant`; empty means all.
        default: what a test without marker runs when nothing is asked for.
        recipe: parses a recipe.

    Raises:
        VidcompressError: a recipe or marker argument that cannot be.
    """
    chosen = [recipe(text) for text in only]
    named = [_checked(marker) for marker in markers] or [((*(only or default),), "*")]
    found: dict[tuple[str, str], None] = {}
    for model in models:
        for recipes, pattern in named:
            if fnmatch(model, pattern) or fnmatch(model.rsplit("/", 1)[-1], pattern):
                wanted = (each for text in recipes for each in _selected(recipe(text), chosen))
                found.update(dict.fromkeys((model, str(each)) for each in wanted))
    return [*found]


def _selected(named: Recipe, chosen: Sequence[Recipe]) -> Iterable[Recipe]:
    """What a test runs of a recipe that it names: itself, or in the runtimes that are asked for."""
    if not chosen:
        return (named,)
    alike = [each for each in chosen if each.text == named.text]
    return [
        each if each.other_runtime else named
        for each in alike
        if not each.other_runtime or named.other_runtime in ("", each.other_runtime)
    ]


def check_marker_names(names: Iterable[str], test: str) -> None:
    """Refuses a marker that looks like ours and is not: a misspelt budget would hold nothing."""
    for name in names:
        if name.startswith("vc_") and name not in MARKERS:
            raise VidcompressError(f"{test}: unknown marker {name!r}; there are {', '.join(sorted(MARKERS))}")


def _checked(marker: Marker) -> tuple[tuple[str, ...], str]:
    recipes, options = marker
    unknown = sorted(set(options) - {"model"})
    if unknown:
        raise VidcompressError(f"marker vc_variants takes recipes and model='pattern', not {unknown[0]!r}")
    wrong = [value for value in (*recipes, options.get("model", "*")) if not isinstance(value, str)]
    if wrong or not recipes:
        raise VidcompressError(
            f"marker vc_variants takes recipes as text, such as 'prune-global', not {wrong or 'none'}"
        )
    return tuple(recipes), options.get("model", "*")
