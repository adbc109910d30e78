"""Tables with a header line: columns are found by name, cells parted by commas, tabs, semicolons or blanks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...errors import VidcompressError
from .text import first_lines, read_text

BEYOND = "\0beyond"
"""What a row is given besides its columns where it has more cells than the header: these, as the file has them."""
_DELIMITERS = (",", "\t", ";", " ")


def columns(lines: Sequence[str]) -> tuple[str, ...]:
    """The cells of the first of a file's lines, in lower case; none if there is none."""
    return _cells(lines[0]) if lines else ()


def rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Every row below the header as column -> text, without blanks around it, and the number of its line.

    Raises:
        VidcompressError: the file cannot be read as a table.
    """
    lines = first_lines(path, 1)
    header = columns(lines)
    delimiter = _delimiter("".join(lines))
    reader = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        below = ((reader.line_num, cells) for cells in reader if any(cells))
        next(below, None)
        for number, cells in below:
            named = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            beyond = cells[len(header) :]
            yield number, named | ({BEYOND: delimiter.join(beyond)} if any(beyond) else {})
    except csv.Error as error:
        raise VidcompressError(f"cannot read {path} as a table, line {reader.line_num}: {error}") from error


def _cells(line: str) -> tuple[str, ...]:
    return tuple(
        cell.strip().casefold()
        for cell in next(csv.reader([line], delimiter=_delimiter(line), skipinitialspace=True))
    )


def _delimiter(header: str) -> str:
    return next((mark for mark in _DELIMITERS if mark in header), ",")
