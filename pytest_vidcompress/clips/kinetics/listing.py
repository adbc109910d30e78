"""Folders on disk, each listed once, and text files, each begun once.

A look at every video would take minutes on a network share.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from .text import first_lines

VIDEO_SUFFIXES = (".mp4", ".mkv", ".webm", ".avi")
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".list")
_HEAD = 5


@dataclass(frozen=True)
class Listing:
    """What lies in a folder: names in order."""

    videos: dict[str, None] = field(default_factory=dict[str, None])
    """A mapping for the sake of a quick `in`."""
    texts: tuple[str, ...] = ()
    folders: dict[str, None] = field(default_factory=dict[str, None])


class Tree:
    """Remembers what it has seen. What cannot be read is empty."""

    def __init__(self) -> None:
        self._listings: dict[str, Listing] = {}
        self._heads: dict[Path, list[str]] = {}

    def __getitem__(self, folder: str) -> Listing:
        if folder not in self._listings:
            self._listings[folder] = _list(folder)
        return self._listings[folder]

    def head(self, path: Path) -> list[str]:
        """The first few lines of a text file that are not blank; none of a folder, or of what is not text."""
        if path not in self._heads:
            self._heads[path] = first_lines(path, _HEAD)
        return self._heads[path]


def _list(folder: str) -> Listing:
    videos: list[str] = []
    texts: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.lower()
                # "._clip.mp4" is what macOS archives leave of a resource fork.
                if name.startswith("._"):
                    continue
                if name.endswith(VIDEO_SUFFIXES):
                    videos.append(entry.name)
                elif name.endswith(_TEXT_SUFFIXES):
                    texts.append(entry.name)
                elif entry.is_dir():
                    folders.append(entry.name)
    except OSError:
        return Listing()
    return Listing(dict.fromkeys(sorted(videos)), tuple(sorted(texts)), dict.fromkeys(sorted(folders)))
