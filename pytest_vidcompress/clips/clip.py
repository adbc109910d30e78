"""Clips and sets of clips: names, labels and paths, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clip:
    """One labelled video file."""

    id: str
    """Unique in its set, and the same on every machine (a Kinetics clip's YouTube id)."""
    label: str
    """As the clip set spells it."""
    path: Path


@dataclass(frozen=True)
class ClipSet:
    """A collection of clips with a label list."""

    name: str
    """What baselines call it: `pocket`, or the folder's name."""
    labels: tuple[str, ...]
    """Every label that the set's annotations know, sorted; also those that no clip here has."""
    clips: tuple[Clip, ...]
    """The clips whose file is there, in annotation order."""
    absent: int = 0
    """Annotated clips whose file is not there."""
    layout: str = ""
    """How it lies on disk, in a few words; empty for a set that was not read from a folder or a list."""
    spare: tuple[Clip, ...] = ()
    """Clips that are never tested, for techniques that calibrate; empty: they take what is not in the sample."""

    def describe(self) -> str:
        """One line for people: `annotation CSV, flat folder: 19,906 rows, 19,881 files, 25 absent`."""
        files = len(self.clips)
        counts = f"{files + self.absent:,} rows, {files:,} files, {self.absent:,} absent"
        return (
            f"{self.layout}: {counts if self.absent else f'{files:,} files'}"
            if self.layout
            else f"{files:,} clips"
        )
