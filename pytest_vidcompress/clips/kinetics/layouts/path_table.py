"""A CSV of paths and labels with a header line: `path,label`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ....errors import VidcompressError
from ..csv_rows import columns, rows
from ..label_ids import name_labels
from ..layout import Layout, Listed
from ..listing import Tree

PATHS = ("path", "video_path", "file_path", "filepath", "file", "file_name", "filename", "video")
_PARTS = ("start", "end", "start_frame", "end_frame", "start_time", "end_time", "t_start", "t_end", "segment")
"""Columns of lists of parts of videos."""
_SEVERAL = re.compile(r"\d+(?:[\s,;|]+\d+)+")
"""Of label ids in one cell."""
ONE_LABEL = ("label", "label_name", "class", "class_name", "category", "label_id", "label_index", "class_id")


def _recognises(path: Path, tree: Tree) -> bool:
    return all(_wanted(tree.head(path)))


def _wanted(head: Sequence[str]) -> tuple[str, str]:
    """The columns to read; empty for one that is not there."""
    there = columns(head)
    file, label = (next((name for name in names if name in there), "") for names in (PATHS, ONE_LABEL))
    return file, label


def _read(path: Path, tree: Tree) -> Listed:
    wanted = _wanted(tree.head(path))
    refuse_parts(path, tree)
    pairs: list[tuple[str, str]] = []
    for number, cells in rows(path):
        file, label = (cells.get(column, "") for column in wanted)
        if not file or not label:
            raise VidcompressError(f"{path} line {number} has no {wanted[1] if file else wanted[0]}")
        if _SEVERAL.fullmatch(label):
            raise VidcompressError(
                f"{path} line {number} has several labels, {label!r}: a clip has one, or the column is "
                "called 'labels' and parts them by ';'"
            )
        pairs.append((file, label))
    named = name_labels(pairs, path, tree)
    return Listed(f"CSV of paths and {named.how}", named.rows, named.labels)


def refuse_parts(path: Path, tree: Tree) -> None:
    """Refuses a table whose rows are not whole files.

    Raises:
        VidcompressError: it has a column of where a clip begins or ends.
    """
    parts = [column for column in columns(tree.head(path)) if column in _PARTS]
    if parts:
        raise VidcompressError(
            f"{path} lists parts of videos (column {parts[0]}): a clip is a whole file here, so cut the parts out "
            "first and list their files"
        )


TABLE = Layout("a CSV with columns path and label", _recognises, _read)
