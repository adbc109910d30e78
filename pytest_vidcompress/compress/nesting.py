"""Parentheses in the text of a recipe: what stands in them is one value, whatever is in it.

    cascade:first=(fuse+int8-static),then=(fp32)

A parenthesis opens a value, so that one counts behind `=`, and within others; anywhere else it is a letter, such as
of a folder's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import VidcompressError


def split_outside(text: str, separator: str) -> list[str]:
    """The parts of `text` between those separators that stand in no parentheses.

    Args:
        separator: a letter.

    Raises:
        VidcompressError: a parenthesis is not closed.
    """
    parts, begin, depth = list[str](), 0, 0
    for place, depth in _depths(text):
        if text[place] == separator and not depth:
            parts.append(text[begin:place])
            begin = place + 1
    if depth:
        raise VidcompressError("a parenthesis is not closed")
    return [*parts, text[begin:]]


def enclosed(value: str) -> str | None:
    """What stands in the parentheses that a value begins and ends with; None where it is no such value."""
    depths = [depth for _, depth in _depths(f"={value}")][1:]
    # Closed by its last letter, and by none before.
    if not value.startswith("(") or not value.endswith(")") or 0 in depths[:-1] or depths[-1]:
        return None
    return value[1:-1]


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """The place of every letter, and in how many parentheses what follows it stands."""
    depth, before = 0, ""
    for place, letter in enumerate(text):
        if letter == "(" and (depth or before == "="):
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        yield place, depth
        before = letter if letter.strip() else before
