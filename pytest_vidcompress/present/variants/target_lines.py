"""Budgets, and what was found to meet them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
        for remark in _remarks(each):
            lines += paragraph(remark, width, "    ", "      ")
    return ["targets, as shares of the reference's:", *lines] if lines else []


def _remarks(found: FoundRecipe) -> Iterator[str]:
    if found.has_room:
        yield f"meets it with room, {found.value:.2g} of {found.goal:.2g}"
    if found.agreement is not None:
        alike = round(found.agreement * found.clips)
        yield f"{alike} of {count(found.clips, 'clip')} outside the test answered as the reference does"
    for each in found.left_out:
        yield f"left out is {each}"
