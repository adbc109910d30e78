"""The annotations of Kinetics: `label,youtube_id,time_start,time_end,split`, from any publisher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ....errors import VidcompressError
from ..csv_rows import columns, rows
from ..layout import Layout, Listed, Row
from ..listing import Tree
from ..official import official_name

_NEEDED = ("label", "youtube_id")
_TIMES = ("time_start", "time_end")


def _recognises(path: Path, tree: Tree) -> bool:
    return set(_NEEDED) <= set(columns(tree.head(path)))


def _read(path: Path, tree: Tree) -> Listed:
    return Listed("annotation CSV", tuple(_rows(path)))


def _rows(path: Path) -> Iterator[Row]:
    for number, cells in rows(path):
        where = f"{path} line {number}"
        label, clip_id = (cells.get(column, "") for column in _NEEDED)
        if not label or not clip_id:
            raise VidcompressError(f"{where} has no {'youtube_id' if label else 'label'}")
        stem = _stem(clip_id, cells, where)
        ids = (clip_id, stem) if stem else (clip_id,)
        yield Row(official_name(label), ids, f"{stem}.mp4" if stem else "", clip_id)


def _stem(clip_id: str, cells: Mapping[str, str], where: str) -> str:
    """The official file name without its suffix; empty if the row has no times."""
    times = [cells.get(column, "") for column in _TIMES]
    if not all(times):
        return ""
    try:
        # Some copies write 12.0.
        start, end = (int(float(time)) for time in times)
    except (ValueError, OverflowError):
        raise VidcompressError(f"{where}: time_start and time_end must be seconds, not {times}") from None
    return f"{clip_id}_{start:06d}_{end:06d}"


ANNOTATION = Layout("a CSV with columns label and youtube_id", _recognises, _read)
