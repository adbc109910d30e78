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


@dataclass(frozen=True)
class Skipped:
    """A clip that was in the sample and could not be used."""

    clip: Clip
    reason: str
