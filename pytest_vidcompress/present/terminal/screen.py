"""What of a summary fits a screen: the verdicts in any case, and of the details the most important."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..text_table import paragraph
from ..width import WIDTH
from .table import Line

SCREEN = 50
"""Lines of the summary, for each model and grid."""
HINT = 4
"""Lines that say what was left out."""


@dataclass(frozen=True)
class Block:
    """Lines that belong together."""

    lines: Sequence[Line]
    detail: str = ""
    """What it is called where it is left out; empty for what is never left out."""
    rank: int = 0
    """Of details: the least is the most important."""
    joins: bool = False
    """It stands below the one before it without a line between."""
    asked: bool = False
    """Somebody wants it, as by `--vc-profile`: it is never left out, and takes no room from others."""

    @property
    def brief(self) -> bool:
        """Among others of its kind it needs no line between."""
        return bool(self.detail) and len(self.lines) <= 2


def on_a_screen(blocks: Iterable[Block], most: int | None, where: str = "", width: int = WIDTH) -> list[Line]:
    """The lines of the blocks, one after the other, and last what was left out.

    Args:
        most: lines to show, of details only; None for all.
        where: what shows the details that are left out.
    """
    full = [block for block in blocks if block.lines]
    shown, left_out = _chosen(full, most)
    lines: list[Line] = []
    before: Block | None = None
    for block in shown:
        apart = before is not None and not block.joins and not (before.brief and block.brief)
        lines += [*([Line("")] if apart else []), *block.lines]
        before = block
    if left_out:
        names = ", ".join(dict.fromkeys(block.detail for block in left_out))
        lines += [Line(""), *(Line(text) for text in paragraph(f"left out here: {names}; {where}", width))]
    return lines


def _chosen(blocks: Sequence[Block], most: int | None) -> tuple[list[Block], list[Block]]:
    """Those that are shown and those that are not, in their order."""
    details = sorted((block for block in blocks if block.detail), key=lambda block: block.rank)
    kept = {id(block) for block in blocks if not block.detail or most is None}
    if most is not None:
        room = most - HINT - sum(len(block.lines) + (not block.joins) for block in blocks if not block.detail)
        for block in details:
            cost = len(block.lines) + (not block.brief)
            if cost <= room:
                kept.add(id(block))
                room -= cost
    return [b for b in blocks if id(b) in kept], [b for b in blocks if id(b) not in kept]
