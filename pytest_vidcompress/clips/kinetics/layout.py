"""What a way of keeping clips has to say: how it is recognised, and which clips it lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...errors import VidcompressError
from .listing import Tree, stem_of

_OFFICIAL = re.compile(r"(?P<id>[-\w]{11})(?P<times>_\d{6}_\d{6})?", re.ASCII)
"""`<youtube id>_<start>_<end>`, or the id alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """One clip that an annotation file lists, or that lies in a class folder."""

    label: str
    ids: tuple[str, ...]
    """What the clip may be called, the shortest first; the last one is its alone."""
    file: str
    """Path or name of its file as far as known, with `/`; empty if not."""
    key: str = ""
    """What the names of its files begin with; empty if only `file` finds it."""
    others: tuple[str, ...] = ()
    """Labels besides the first."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, the first one first."""
        return (self.label, *self.others)


@dataclass(frozen=True)
class Listed:
    """What was read."""

    kind: str
    """In a few words, for people; empty if the class folders say all."""
    rows: tuple[Row, ...]
    labels: tuple[str, ...] = ()
    """Every label known, also those of no row; empty: those of the rows."""
    several_labels: bool = False
    """Whether a clip may have several."""


@dataclass(frozen=True)
class Layout:
    """One way of keeping clips, told by content."""

    wants: str
    """What it looks for, as errors say it."""
    recognises: Callable[[Path, Tree], bool]
    """Whether a file or a folder is of this kind; reads no more than its beginning."""
    read: Callable[[Path, Tree], Listed]


def listed_row(file: str, label: str) -> Row:
    """A row for a path: a Kinetics file name tells the clip's id, any other is known by folder and name.

    The id is the same wherever the folders lie: `val/archery/001.mp4` is `archery/001`.
    """
    # Lists made on Windows.
    path = PurePosixPath(file if "/" in file else file.replace("\\", "/"))
    stem = stem_of(path.name)
    match = _OFFICIAL.fullmatch(stem)
    if match is not None:
        return Row(label, tuple(dict.fromkeys((match["id"], stem))), str(path), match["id"])
    parts = (*path.parts[:-1], stem)
    ids = ("/".join(parts[-length:]) for length in range(min(2, len(parts)), len(parts) + 1))
    return Row(label, tuple(ids), str(path))


def is_of(row: Row, stem: str) -> bool:
    """Whether a file of this name may be a row's: one whose times are others' is not."""
    match = _OFFICIAL.fullmatch(stem)
    return match is None or not match["times"] or len(row.ids) < 2 or stem == row.ids[-1]


def distinct(rows: Iterable[Row], source: Path, several_labels: bool = False) -> dict[str, Row]:
    """Each clip once, by the shortest id that no other clip has taken.

    Args:
        source: what an error names.
        several_labels: whether a clip may have several.

    Raises:
        VidcompressError: a clip is listed twice with other labels.
    """
    taken: dict[str, Row] = {}
    for row in rows:
        # The last resort is for a short path that is the end of a longer one.
        for name in (*row.ids, f"./{row.ids[-1]}"):
            other = taken.setdefault(name, row)
            if other is row:
                break
            if other.ids[-1] != row.ids[-1]:
                continue
            if {*other.labels} != {*row.labels}:
                before, after = (";".join(each.labels) for each in (other, row))
                remedy = "write all its labels into one row" if several_labels else "a clip has one label"
                raise VidcompressError(
                    f"{source} has clip {name} twice, as {before!r} and as {after!r}: {remedy}"
                )
            break
    return taken
