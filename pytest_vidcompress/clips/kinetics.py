"""Reads Kinetics clips as people have them on disk: an annotation CSV, and a folder of videos."""

from __future__ import annotations

import csv
import os
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import VidcompressError
from .clip import Clip, ClipSet
from .labels import normal_form

_SUFFIXES = (".mp4", ".mkv", ".webm", ".avi")
_OFFICIAL = ("val", "validate")
_NEEDED = ("label", "youtube_id")


@dataclass(frozen=True)
class _Row:
    label: str
    id: str
    stem: str | None
    """The official file name without its suffix; None if the CSV has no times."""


def read_kinetics(source: Path, name: str | None = None) -> ClipSet:
    """Reads a clip set in the layout of the CVDF copy, or close to it.

    The CSV is `annotations/val.csv`, `annotations/validate.csv`, or one in the folder itself; videos lie in
    the folder, in `val/`, or in a folder per class in either. A clip's file is
    `<id>_<start>_<end>.mp4`, or else the only one whose name is the id and a `_` suffix, or else
    `<id>.mp4`.

    Args:
        source: the folder, or a CSV with the videos beside it or in the folder above.
        name: what to call the set; default the folder's name.

    Returns:
        The clips whose file is there, and how many are absent. A repeated id counts once.

    Raises:
        VidcompressError: there is no such path, no CSV, not the columns needed, or not one clip.
    """
    source = Path(os.path.normpath(source.expanduser().absolute()))
    if not source.exists():
        raise VidcompressError(f"no such clip folder or annotation CSV: {source}")
    table = _find_csv(source) if source.is_dir() else source
    home = table.parent.parent if table.parent.name == "annotations" else table.parent
    rows = _read_rows(table)
    labels = {row.label for row in rows}
    roots = [source] if source.is_dir() else [table.parent, table.parent.parent]
    files = _list_videos(roots, {normal_form(label) for label in labels}, ("val", table.stem))
    names = sorted(files)
    found = ((row, _resolve(row, files, names)) for row in rows)
    clips = tuple(Clip(row.id, row.label, path) for row, path in found if path is not None)
    if not clips:
        raise VidcompressError(
            f"none of the {len(rows)} clips of {table} is in {' or '.join(map(str, roots))}, "
            f"in 'val' or in class folders there ({len(files)} other videos are); expected files like "
            f"{rows[0].stem or rows[0].id}.mp4"
        )
    # Two CSVs of one folder are two sets.
    default = home.name if table.stem in _OFFICIAL or source.is_dir() else f"{home.name}-{table.stem}"
    return ClipSet(name or default, tuple(sorted(labels)), clips, len(rows) - len(clips))


def _find_csv(folder: Path) -> Path:
    places = (folder / "annotations", folder)
    tables = [p for place in places for p in sorted(place.glob("*.csv")) if not p.name.startswith("._")]
    for wanted in _OFFICIAL:
        for table in tables:
            if table.stem == wanted:
                return table
    validation = [table for table in tables if "val" in table.stem] or tables
    if len(validation) == 1:
        return validation[0]
    if tables:
        listed = ", ".join(table.name for table in validation[:5])
        raise VidcompressError(f"{folder} has several annotation files ({listed}): name one of them instead")
    raise VidcompressError(f"no annotation CSV in {folder} or its 'annotations' folder: expected val.csv")


def _read_rows(table: Path) -> list[_Row]:
    rows: dict[str, _Row] = {}
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            columns = reader.fieldnames or ()
            missing = [column for column in _NEEDED if column not in columns]
            if missing:
                raise VidcompressError(
                    f"{table} has no column {' and no column '.join(map(repr, missing))}: expected a header "
                    "line label,youtube_id,time_start,time_end,split"
                )
            for fields in reader:
                row = _parse(fields, f"{table} line {reader.line_num}")
                rows.setdefault(row.id, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VidcompressError(f"cannot read {table} as an annotation CSV: {error}") from error
    if not rows:
        raise VidcompressError(f"{table} lists no clips: expected a line for each below its header")
    return list(rows.values())


def _parse(fields: dict[str, str | None], where: str) -> _Row:
    label, name = ((fields[column] or "").strip() for column in _NEEDED)
    if not label or not name:
        raise VidcompressError(f"{where} has no {'youtube_id' if label else 'label'}")
    times = [fields.get(column) for column in ("time_start", "time_end")]
    if not all(times):
        return _Row(label, name, None)
    try:
        start, end = (int(float(time or "")) for time in times)
    except (ValueError, OverflowError):
        raise VidcompressError(f"{where}: time_start and time_end must be seconds, not {times}") from None
    return _Row(label, name, f"{name}_{start:06d}_{end:06d}")


def _list_videos(roots: Iterable[Path], labels: Collection[str], subsets: Collection[str]) -> dict[str, Path]:
    """Videos by file name. Each folder is listed once: a stat per clip and place takes minutes on a share."""
    files: dict[str, Path] = {}

    def visit(folder: Path, depth: int) -> None:
        below: list[Path] = []
        for entry in _entries(folder):
            # "._clip.mp4" is what macOS archives leave of a resource fork.
            if entry.name.startswith("._"):
                continue
            if entry.name.lower().endswith(_SUFFIXES):
                files.setdefault(entry.name, Path(entry.path))
            elif entry.name in subsets or normal_form(entry.name) in labels:
                below.append(Path(entry.path))
        for path in sorted(below) if depth else ():
            visit(path, depth - 1)

    for root in roots:
        visit(root, depth=2)
    return files


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return


def _resolve(row: _Row, files: dict[str, Path], names: list[str]) -> Path | None:
    if row.stem is not None and (exact := files.get(f"{row.stem}.mp4")):
        return exact
    begin = bisect_left(names, row.id)
    candidates: list[str] = []
    for name in names[begin:]:
        if not name.startswith(row.id):
            break
        if name[len(row.id)] in "_.":
            candidates.append(name)
    if len(candidates) == 1:
        return files[candidates[0]]
    return files.get(f"{row.id}.mp4")
