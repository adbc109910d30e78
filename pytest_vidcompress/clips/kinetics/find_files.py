"""Finds the files of the clips that an annotation file lists, wherever around it people put them."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from ...errors import VidcompressError
from ..labels import normal_form
from . import places
from .layout import Row, is_of
from .listing import Tree, stem_of
from .official import official_name
from .splits import VAL, folder_names, split_of


class Videos:
    """The videos in and below some folders.

    Looked through are a folder itself, the folders of the split in it (`val`, `videos_val`, `videos/val`, what
    the annotation file is called), and class folders in any of these; `val_256` and the like only where
    there is nothing else.

    Args:
        roots: the folders, the first goes before the others.
        table: what the annotation file is called, without its suffix.
        labels: what class folders may be called.
        tree: the folders seen so far.
    """

    def __init__(self, roots: Sequence[Path], table: str, labels: Collection[str], tree: Tree) -> None:
        self._tree = tree
        self._labels = {normal_form(label) for label in labels}
        self._split = split_of(table) or VAL
        # What some call the test list is of the validation clips: those of the test set have had no labels.
        splits = (self._split, VAL) if self._split == "test" else (self._split,)
        names = (table, *(name for split in splits for name in folder_names(split)), *places.VIDEOS)
        self._exact = dict.fromkeys(names)
        self._roots = [str(root) for root in roots]
        self._bases = [base for root in self._roots for base in (root, *self._split_folders(root))]

    def __len__(self) -> int:
        return len(self._names)

    def find(self, row: Row) -> Path | None:
        """The file of a clip: at its path, by its file name, or the only one whose name begins with its id."""
        is_path = "/" in row.file or not row.key
        found = (self._at(row.file) if is_path else None) or (self._named(row) if row.key else None)
        return None if found is None else Path(found)

    def _at(self, file: str) -> str | None:
        """The file where a list says it is, or below any folder here by the last two parts of its path."""
        path = PurePosixPath(file)
        if path.is_absolute() and (found := self._in(str(path.parent), path.name)):
            return found
        for tail in dict.fromkeys((str(path), "/".join(path.parts[-2:]))):
            folder, _, name = tail.lstrip("/").rpartition("/")
            first = folder.partition("/")[0]
            for base in self._bases:
                if first in ("", "..") or first in self._tree[base].folders:
                    found = self._in(os.path.normpath(f"{base}/{folder}"), name)
                    if found:
                        return found
        return None

    def _in(self, folder: str, name: str) -> str | None:
        if name in self._tree.clips(folder):
            return f"{folder}/{name}"
        # Lists of frame folders and of ids write no suffix, others that of the files before they were encoded anew.
        found = self._tree.clip_of_stem(folder, stem_of(name))
        return f"{folder}/{found}" if found else None

    def _named(self, row: Row) -> str | None:
        name = PurePosixPath(row.file).name
        for exact in (name, f"{name}.mp4", stem_of(name)):
            if name and exact in self._names:
                return self._names[exact]
        stems = {found: stem_of(found) for found in self._beginning(row.key)}
        candidates = [found for found, stem in stems.items() if is_of(row, stem)]
        if len(candidates) != 1:
            candidates = [found for found in candidates if stems[found] == row.key]
        return self._names[candidates[0]] if len(candidates) == 1 else None

    def _beginning(self, key: str) -> Iterator[str]:
        names = self._sorted
        for place in range(bisect_left(names, key), len(names)):
            if not names[place].startswith(key):
                return
            if names[place][len(key) :][:1] in ("", "_", "."):
                yield names[place]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Videos by file name; the first place wins."""
        names: dict[str, str] = {}
        for root in self._roots:
            self._collect(f"{root}/{places.REPLACED}", names)
        for folder in self._bases:
            self._collect(folder, names)
        return names or self._elsewhere()

    def _elsewhere(self) -> dict[str, str]:
        """Those in a folder whose name goes on after that of the split."""
        for root in self._roots:
            found: dict[str, dict[str, str]] = {}
            for name in self._tree[root].folders:
                if split_of(name) == self._split and name not in self._exact:
                    self._collect(f"{root}/{name}", found.setdefault(name, {}))
            found = {name: videos for name, videos in found.items() if videos}
            if len(found) > 1:
                raise VidcompressError(
                    f"several folders in {root} may hold the clips ({', '.join(found)}): call the right one "
                    f"{self._split!r}, or give a list of paths (--vc-clips)"
                )
            if found:
                return next(iter(found.values()))
        return {}

    def _split_folders(self, root: str) -> Iterator[str]:
        for name in ("", *places.VIDEOS):
            place = f"{root}/{name}" if name else root
            if not name or name in self._tree[root].folders:
                folders = self._tree[place].folders
                yield from (f"{place}/{below}" for below in self._exact if below in folders)

    def _collect(self, folder: str, names: dict[str, str]) -> None:
        """The videos of a folder, and of the class folders in it."""
        for clip in self._tree.clips(folder):
            names.setdefault(clip, f"{folder}/{clip}")
        for below in self._tree[folder].folders:
            if normal_form(official_name(below)) in self._labels:
                for clip in self._tree.clips(f"{folder}/{below}"):
                    names.setdefault(clip, f"{folder}/{below}/{clip}")
