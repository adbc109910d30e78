"""Folders on disk, each listed once, and text files, each begun once.

A look at every video would take minutes on a network share.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..suffixes import ARRAYS, PICTURES, VIDEOS
from . import places
from .splits import is_split_copy
from .text import first_lines

SUFFIXES = VIDEOS + ARRAYS
"""Of clips that are a file."""
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".list")
_HEAD = 5
_PROBED = 3
"""Folders that are looked into for pictures; those beside them are alike."""


@dataclass(frozen=True)
class Listing:
    """What lies in a folder: names in order."""

    videos: dict[str, None] = field(default_factory=dict[str, None])
    """A mapping for the sake of a quick `in`."""
    arrays: dict[str, None] = field(default_factory=dict[str, None])
    texts: tuple[str, ...] = ()
    folders: dict[str, None] = field(default_factory=dict[str, None])
    has_pictures: bool = False
    """Whether it may be a clip itself."""


class Tree:
    """Remembers what it has seen. What cannot be read is empty."""

    def __init__(self) -> None:
        self._listings: dict[str, Listing] = {}
        self._heads: dict[Path, list[str]] = {}
        self._stems: dict[str, dict[str, str]] = {}

    def __getitem__(self, folder: str) -> Listing:
        if folder not in self._listings:
            self._listings[folder] = _list(folder)
        return self._listings[folder]

    def head(self, path: Path) -> list[str]:
        """The first few lines of a text file that are not blank; none of a folder, or of what is not text."""
        if path not in self._heads:
            self._heads[path] = first_lines(path, _HEAD)
        return self._heads[path]

    def clips(self, folder: str) -> dict[str, None]:
        """The names of the clips in a folder: its videos, without any its arrays, without these its folders of
        pictures."""
        listing = self[folder]
        return listing.videos or listing.arrays or self._picture_folders(folder)

    def clip_of_stem(self, folder: str, stem: str) -> str | None:
        """The clip in a folder of this name but for its suffix; of several the video of the commonest kind."""
        if folder not in self._stems:
            stems: dict[str, str] = {}
            for name in sorted(self.clips(folder), key=_rank):
                stems.setdefault(stem_of(name), name)
            self._stems[folder] = stems
        return self._stems[folder].get(stem)

    def _picture_folders(self, folder: str) -> dict[str, None]:
        below = {name: None for name in self[folder].folders if _may_be_clip(name)}
        probed = (self[f"{folder}/{name}"] for name in islice(below, _PROBED))
        return below if any(listing.has_pictures for listing in probed) else {}


def stem_of(name: str) -> str:
    """A clip's file name without its suffix, whatever its case; that of a folder as it is."""
    stem, dot, kind = name.rpartition(".")
    return stem if stem and f"{dot}{kind.lower()}" in SUFFIXES else name


def _may_be_clip(folder: str) -> bool:
    return not (folder.startswith(".") or folder in places.OTHER or is_split_copy(folder))


def _rank(name: str) -> tuple[int, str]:
    suffix = name.removeprefix(stem_of(name)).lower()
    return (SUFFIXES.index(suffix) if suffix else -1), name


def _list(folder: str) -> Listing:
    videos: list[str] = []
    arrays: list[str] = []
    texts: list[str] = []
    folders: list[str] = []
    has_pictures = False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.lower()
                # "._clip.mp4" is what macOS archives leave of a resource fork.
                if name.startswith("._"):
                    continue
                if name.endswith(VIDEOS):
                    videos.append(entry.name)
                elif name.endswith(ARRAYS):
                    arrays.append(entry.name)
                elif name.endswith(_TEXT_SUFFIXES):
                    texts.append(entry.name)
                elif name.endswith(PICTURES):
                    has_pictures = True
                elif entry.is_dir():
                    folders.append(entry.name)
    except OSError:
        return Listing()
    return Listing(_ordered(videos), _ordered(arrays), tuple(sorted(texts)), _ordered(folders), has_pictures)


def _ordered(names: list[str]) -> dict[str, None]:
    return dict.fromkeys(sorted(names))
