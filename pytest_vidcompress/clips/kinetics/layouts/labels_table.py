"""A CSV of paths and labels of which a clip may have several: they stand in one cell, parted by `;`.

path,labels
val/001.mp4,rain;red light
val/002.mp4,snow
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ....errors import VidcompressError
from ...labels import normal_form
from ..csv_rows import BEYOND, columns, rows
from ..label_ids import name_labels
from ..layout import Layout, Listed, Row
from ..listing import Tree
from .path_table import ONE_LABEL, PATHS, refuse_parts

_COLUMN = "labels"
_MARK = ";"
_ELSEWHERE = ("|", ",")
"""What others part labels by."""
_IDS = re.compile(r"\d+(?:[\s,|/]+\d+)+")
"""Of labels by their numbers, not parted by `;`."""


class _Line(NamedTuple):
    where: str
    """What an error calls it."""
    file: str
    labels: Sequence[str]


def _recognises(path: Path, tree: Tree) -> bool:
    there = {*columns(tree.head(path))}
    # Tables that say the one label of a clip have been read by that column, whatever else they have.
    return _COLUMN in there and bool(there & {*PATHS}) and not there & {*ONE_LABEL}


def _read(path: Path, tree: Tree) -> Listed:
    refuse_parts(path, tree)
    file_column = next(name for name in PATHS if name in columns(tree.head(path)))
    lines: list[_Line] = []
    for number, cells in rows(path):
        where = f"{path} line {number}"
        if not cells.get(file_column):
            raise VidcompressError(f"{where} has no {file_column}")
        if BEYOND in cells:
            raise VidcompressError(
                f"{where} has more cells than the header has columns, {cells[BEYOND]!r} is beyond: the labels of a "
                "clip are one cell, parted by ';', and stand in quotes where the table parts its columns by that"
            )
        lines.append(_Line(where, cells[file_column], _parts(cells.get(_COLUMN, ""), where)))
    _refuse_other_marks(lines)
    named = name_labels([(line.file, label) for line in lines for label in line.labels], path, tree)
    of_labels = iter(named.rows)
    together = tuple(_row((*islice(of_labels, len(line.labels)),), line.where) for line in lines)
    return Listed(
        f"CSV of paths and {named.how}, several a clip", together, named.labels, several_labels=True
    )


def _parts(cell: str, where: str) -> Sequence[str]:
    if not cell:
        raise VidcompressError(f"{where} has no labels")
    parts = [part.strip() for part in cell.split(_MARK)]
    if not all(parts):
        raise VidcompressError(f"{where} has an empty label in {cell!r}: labels are parted by one ';' each")
    for part in parts:
        if _IDS.fullmatch(part):
            raise VidcompressError(f"{where} does not part its labels by ';': {part!r}")
    return parts


def _refuse_other_marks(lines: Sequence[_Line]) -> None:
    """A comma may be part of a label's name, but in a file that parts none by `;` it hardly is."""
    if any(len(line.labels) > 1 for line in lines):
        return
    for where, _, (label,) in lines:
        mark = next((mark for mark in _ELSEWHERE if mark in label), None)
        if mark:
            raise VidcompressError(
                f"{where} has {label!r} for a label: labels of a clip are parted by ';', not by "
                f"{mark!r}, and no row has several; where that is one name, call the column 'label'"
            )


def _row(same: Sequence[Row], where: str) -> Row:
    """One row of a clip for those of its labels.

    Raises:
        VidcompressError: a label is there twice.
    """
    known = set[str]()
    for row in same:
        if normal_form(row.label) in known:
            raise VidcompressError(f"{where} has label {row.label!r} twice")
        known.add(normal_form(row.label))
    return replace(same[0], others=tuple(row.label for row in same[1:]))


SEVERAL = Layout("a CSV with columns path and labels", _recognises, _read)
