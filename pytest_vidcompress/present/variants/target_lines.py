"""Budgets, and what was found to meet them."""

from __future__ import annotations

from collections.abc import Iterable

from ..text_table import paragraph
from ..width import WIDTH
from ..wording import count
from .variant_notes import FoundRecipe


def target_lines(found: Iterable[FoundRecipe], width: int = WIDTH) -> list[str]:
    """What was chosen, to be copied; nothing where nothing was asked for."""
    ordered = sorted(found, key=lambda each: (each.model, each.metric, each.goal))
    lines: list[str] = []
    for each in ordered:
        said = (
            f"{each.metric} {each.goal:g} of {each.model}: {each.value:.3g} by {each.recipe}, found by"
            f" {count(each.tries, 'trial')}"
        )
        lines += [*paragraph(said, width, "  ", "    "), f"    --vc-variant='{each.recipe}'"]
    return ["targets, as shares of the reference's:", *lines] if lines else []
