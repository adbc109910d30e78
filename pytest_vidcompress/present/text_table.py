"""Plain-text columns and paragraphs, and the numbers in them. The only importer of tabulate."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..measure.interval import Estimate
from .printable import printable
from .width import WIDTH

GAP = 2
"""Columns between two columns of a table."""


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


def columns_within(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    width: int = WIDTH,
    short: Callable[[str, int], str] | None = None,
) -> list[str]:
    """As `columns`, with the cells of the first column as short as the width of a line demands.

    Args:
        short: what makes a cell fit; `shorten` unless given.
    """
    others = zip(*(map(printable, row[1:]) for row in (header, *rows)), strict=True)
    rest = sum(GAP + max(map(len, cells)) for cells in others)
    first = max(len(header[0]), width - rest)
    return columns(header, [[(short or shorten)(row[0], first), *row[1:]] for row in rows], right)


def paragraph(text: str, width: int = WIDTH, first: str = "", rest: str = "  ") -> list[str]:
    """Lines of printable text; words stay whole, because names and options are typed as they are printed.

    Args:
        first: the indent of the first line, and `rest` of those below it.
    """
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def list_within(items: Sequence[str], width: int = WIDTH, separator: str = ", ", more: str = "…") -> str:
    """As many items as fit in a line, the first one in any case; then `more`."""
    end = f"{separator}{more}"
    line = ""
    for left, item in enumerate(items, 1 - len(items)):
        room = width - (len(end) if left else 0)
        longer = f"{line}{separator}{printable(item)}" if line else shorten(item, room)
        if len(longer) > room:
            return line + end
        line = longer
    return line


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


def bounded(value: Estimate, by: float) -> str:
    """`312 [298, 330]`, an end that nothing bounds left open.

    Args:
        by: what the numbers are divided by.
    """
    low, high = (f"{end / by:.3g}" if math.isfinite(end) else "…" for end in value.interval)
    return f"{value / by:.3g} [{low}, {high}]"


def number(values: Mapping[str, Any], name: str) -> float | None:
    """An entry of foreign JSON if it is a number."""
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
