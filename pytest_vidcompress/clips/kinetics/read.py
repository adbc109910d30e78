"""Reads Kinetics clips as people have them on disk: `read_kinetics` of a folder, an annotation CSV or a list."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...errors import VidcompressError
from ..clip import Clip, ClipSet
from ..labels import normal_form
from . import places
from .csv_rows import columns
from .find_files import Videos
from .layout import Layout, Row, distinct
from .layouts.annotation import ANNOTATION
from .layouts.folders import FOLDERS, how_files_lie
from .layouts.labels_table import SEVERAL
from .layouts.path_list import LIST
from .layouts.path_table import PATHS, TABLE
from .listing import Tree
from .splits import VAL, folder_names, is_split, split_of
from .train_list import train_source

_LAYOUTS: tuple[Layout, ...] = (ANNOTATION, SEVERAL, TABLE, LIST, FOLDERS)
"""The first that recognises a file goes: a list of paths says less than annotations."""
_OFFICIAL = ("val", "validate")
_SHOWN = 5


@dataclass(frozen=True)
class _Choice:
    layout: Layout
    path: Path
    """The file or folder that the layout reads."""


def read_kinetics(source: Path, name: str | None = None) -> ClipSet:
    """Reads a clip set, whatever its layout; the layouts are told apart by what is in the files.

    In a folder the annotation file is `annotations/val.csv`, `annotations/validate.csv`, or another one there or
    in the folder itself; without one, the folder of a split takes that of the folder above, and class folders
    need none. `Videos` says where files are looked for.

    Args:
        source: the folder, or an annotation CSV or a list with the videos beside it or in the folder above.
        name: what to call the set; default the folder's name, and for the folder of a split that of the
            folder above.

    Returns:
        The clips whose file is there, and how many are absent. A repeated clip counts once.

    Raises:
        VidcompressError: there is no such path, no layout fits, or several do, or not one clip is there.
    """
    source = Path(os.path.normpath(source.expanduser().absolute()))
    if not source.exists():
        raise VidcompressError(f"no such clip folder, annotation CSV or list of clips: {source} (--vc-clips)")
    tree = Tree()
    choice = _choose_in(source, tree) if source.is_dir() else _choose_file(source, tree)
    table = choice.path
    listed = choice.layout.read(table, tree)
    rows = distinct(listed.rows, table, listed.several_labels)
    if not rows:
        raise VidcompressError(f"{table} lists no clips: expected a line for each")
    labels = listed.labels or tuple(sorted({label for row in rows.values() for label in row.labels}))
    roots = [source] if source.is_dir() else [table.parent, table.parent.parent]
    videos = Videos(roots, table.stem, labels, tree)
    paths = _own(rows, {clip_id: videos.find(row) for clip_id, row in rows.items()})
    clips = tuple(
        Clip(clip_id, rows[clip_id].label, path, others=rows[clip_id].others)
        for clip_id, path in paths.items()
    )
    if not clips:
        first = next(iter(rows.values()))
        raise VidcompressError(
            f"none of the {len(rows)} clips of {table} is in {' or '.join(map(str, roots))}, in 'val' or in class "
            f"folders there ({len(videos)} other videos are); expected files like {first.file or f'{first.key}.mp4'}"
        )
    layout = ", ".join(part for part in (listed.kind, how_files_lie(clips)) if part)
    return ClipSet(
        name or _name(source, table),
        labels,
        clips,
        len(rows) - len(clips),
        layout,
        training=partial(_training, table, labels, listed.several_labels),
        several_labels=listed.several_labels,
    )


def _training(tested: Path, labels: Collection[str], several: bool) -> tuple[Clip, ...]:
    """The clips of the train list beside what is tested, of the labels that are; none where there is none."""
    source = train_source(tested, lambda path, tree: _recognise(path, tree) is not None)
    if source is None:
        return ()
    found = read_kinetics(source)
    if found.several_labels and not several:
        raise VidcompressError(
            f"the clips to train on, {source}, have several labels each, and those to test, {tested}, have one: "
            "write both lists with a column 'labels', or both with a column 'label'"
        )
    spelt = {normal_form(label): label for label in labels}
    known = (
        (clip, [spelt[form] for form in map(normal_form, clip.labels) if form in spelt])
        for clip in found.clips
    )
    return tuple(replace(clip, label=its[0], others=tuple(its[1:])) for clip, its in known if its)


def _own(rows: Mapping[str, Row], found: Mapping[str, Path | None]) -> dict[str, Path]:
    """The file of each clip that has one to itself; where several find the same, it is that of the name."""
    claims: dict[Path, list[str]] = {}
    for clip_id, path in found.items():
        if path is not None:
            claims.setdefault(path, []).append(clip_id)
    for path, claimants in claims.items():
        if len(claimants) > 1:
            claims[path] = [
                clip_id
                for clip_id in claimants
                if path.as_posix().endswith(f"/{rows[clip_id].file.lstrip('/')}")
            ]
    return {
        clip_id: path for clip_id, path in found.items() if path is not None and claims[path] == [clip_id]
    }


def _choose_file(source: Path, tree: Tree) -> _Choice:
    layout = _recognise(source, tree)
    if layout is None:
        wanted = ", ".join(layout.wants for layout in _LAYOUTS if layout is not FOLDERS)
        raise VidcompressError(
            f"{source} is no list of clips: expected {wanted}; it {_begins(source, tree)} (--vc-clips)"
        )
    return _Choice(layout, source)


def _choose_in(folder: Path, tree: Tree) -> _Choice:
    tables = [place / name for place in _homes(folder, tree) for name in tree[str(place)].texts]
    choice = (
        _choose_table(folder, _recognised(tables, tree))
        or _choose_above(folder, tree)
        or next(iter(_recognised(_class_parents(folder, tree), tree)), None)
    )
    if choice is None:
        wanted = ", ".join(layout.wants for layout in _LAYOUTS)
        raise VidcompressError(
            f"no clips in {folder}: looked there, in 'annotations' and in 'val' for {wanted}; found "
            f"{_found(folder, tables, tree)} (--vc-clips)"
        )
    return choice


def _homes(folder: Path, tree: Tree) -> list[Path]:
    """Where lists lie."""
    there = tree[str(folder)].folders
    return [*(folder / name for name in places.LISTS if name in there), folder]


def _recognise(path: Path, tree: Tree) -> Layout | None:
    return next((layout for layout in _LAYOUTS if layout.recognises(path, tree)), None)


def _recognised(paths: Iterable[Path], tree: Tree) -> list[_Choice]:
    return [_Choice(layout, path) for path in paths if (layout := _recognise(path, tree))]


def _choose_table(folder: Path, choices: list[_Choice]) -> _Choice | None:
    """The one for validation, and of those the one that says most."""
    for wanted in _OFFICIAL:
        for choice in choices:
            if choice.path.stem == wanted:
                return choice
    validation = [choice for choice in choices if "val" in choice.path.stem] or choices
    for layout in _LAYOUTS:
        best = [choice for choice in validation if choice.layout is layout]
        if len(best) > 1:
            names = ", ".join(choice.path.relative_to(folder).as_posix() for choice in best[:_SHOWN])
            raise VidcompressError(
                f"{folder} has several annotation files ({names}): name one of them instead"
            )
        if best:
            return best[0]
    return None


def _choose_above(folder: Path, tree: Tree) -> _Choice | None:
    """For `k400/val` the file `k400/annotations/val.csv`."""
    split = split_of(folder.name)
    if split is None:
        return None
    stems = _OFFICIAL if split == VAL else (split,)
    tables = [place / f"{stem}.csv" for stem in stems for place in _homes(folder.parent, tree)]
    there = (table for table in tables if table.name in tree[str(table.parent)].texts)
    return next(iter(_recognised(there, tree)), None)


def _class_parents(folder: Path, tree: Tree) -> list[Path]:
    folders = tree[str(folder)].folders
    return [*(folder / name for name in (*folder_names(VAL), *places.VIDEOS) if name in folders), folder]


def _found(folder: Path, tables: list[Path], tree: Tree) -> str:
    listing = tree[str(folder)]
    parts = [f"{len(listing.videos)} videos without labels"] if listing.videos else []
    for table in tables[:_SHOWN]:
        parts.append(f"{table.name}, which {_begins(table, tree)}")
    folders = [name for name in listing.folders if not name.startswith(".")]
    if folders:
        parts.append(f"folders {', '.join(folders[:_SHOWN])}")
    return "; ".join(parts) or "nothing of the kind"


def _begins(table: Path, tree: Tree) -> str:
    head = tree.head(table)
    if not head:
        return "is empty or not text"
    begins = f"begins with {head[0].strip()[:80]!r}"
    return f"{begins}, which are clips without labels" if _names_clips(head) else begins


def _names_clips(head: Sequence[str]) -> bool:
    """Whether a table has a column of clips: it has none of labels, or it would have been recognised."""
    return bool({"youtube_id", *PATHS} & set(columns(head)))


def _name(source: Path, table: Path) -> str:
    home = table.parent.parent if table.parent.name in places.LISTS else table.parent
    if source.is_dir():
        own = table.is_relative_to(source) and table != source
        whole = is_split(source.name) and not own
        return (source.parent.name if whole else "") or source.name
    # Two files of one folder are two sets.
    return home.name if table.stem in _OFFICIAL else f"{home.name}-{table.stem}"
