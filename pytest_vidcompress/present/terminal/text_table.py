"""Plain-text columns, and the numbers in them. The only importer of tabulate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..printable import printable

WIDTH = 100
"""Most columns of a line that is printed to a person."""


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Header, rule and one line a row; the columns numbered in `right` are flush right."""
    import tabulate

    # Untyped, and left to itself it makes numbers of names like 1e5 and pads headers by two.
    render = cast("Callable[..., str]", tabulate.tabulate)  # pyright: ignore[reportUnknownMemberType]
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    align = ["right" if i in right else "left" for i in range(len(header))]
    rule = ["-" * max(map(len, column)) for column in zip(*cells, strict=True)]
    text = render([cells[0], rule, *cells[1:]], tablefmt="plain", colalign=align, disable_numparse=True)
    return [line.rstrip() for line in text.splitlines()]


def shorten(name: str, width: int) -> str:
    """A name in `width` printable characters, with … for its middle: recipes differ at both ends."""
    name = printable(name)
    if len(name) <= width:
        return name
    tail = (width - 1) // 2
    return name[: width - 1 - tail] + "…" + (name[-tail:] if tail > 0 else "")


def signed(points: float, digits: int = 1) -> str:
    """A change in points; none is +0.0 and not -0.0."""
    return f"{round(points, digits) + 0.0:+.{digits}f}"


def number(values: Mapping[str, Any], name: str) -> float | None:
    """An entry of foreign JSON if it is a number."""
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
