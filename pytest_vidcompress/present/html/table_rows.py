"""The rows of a table as HTML. A page has tens of thousands of cells: a template took longer over them than over all
else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..printable import printable
from .numbers import plain
from .page_blocks import Cell, Table

LONGEST_WHOLE = 12
"""Characters of a word that is not broken."""
_SIGN = re.compile(r"(?<=[,+:=/_])(?=[^\W\d_])")
"""Behind it a long name may go on in the next line, such as a recipe's."""


def rows_html(table: Table) -> str:
    """Of all rows below the heading."""
    return "\n".join(f"<tr>{''.join(_cells(row, table.words))}</tr>" for row in table.rows)


def _cells(row: Sequence[Cell], words: frozenset[int]) -> Iterator[str]:
    for place, cell in enumerate(row):
        is_words = place in words
        style = " ".join(filter(None, ("words" if is_words else "", cell.style)))
        classed = f' class="{_shown(style)}"' if style else ""
        detail = f" <small>{_shown(cell.detail)}</small>" if cell.detail else ""
        if place:
            yield f"<td{classed}{_number(cell)}>{_shown(cell.text, is_words)}{detail}</td>"
        else:
            title = f' title="{_shown(cell.title)}"' if cell.title else ""
            yield f'<th scope="row"{classed}{title}>{_shown(cell.text, True)}{detail}</th>'


def _number(cell: Cell) -> str:
    """For sorting and for copies, where the text is not the number itself."""
    value = "" if cell.value is None else plain(cell.value)
    return f' data-v="{value}"' if value and value != cell.text else ""


@lru_cache(maxsize=8192)
def _shown(text: str, is_words: bool = False) -> str:
    from markupsafe import escape

    escaped = str(escape(printable(text)))
    return _SIGN.sub("<wbr>", escaped) if is_words and len(text) > LONGEST_WHOLE else escaped
