"""What a run knows of all that it measured, and a report does not: what was typed, what made it, on which machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...measure.machine import Machine
from ...measure.report import Execution, Report


@dataclass(frozen=True)
class RunFacts:
    """For files that are read elsewhere."""

    weights: str
    """`trained` or `random`."""
    clips: str
    """As `--vc-clips` was given."""
    calibration: int
    """Clips that techniques calibrated on, at most."""
    machine: Callable[[Execution], Machine]
    """The class on which a report's variant was executed."""
    began: str = ""
    """ISO 8601, in UTC. This and what follows is empty where it is not known."""
    commit: str = ""
    """Of the repository around the tests."""
    dirty: bool = False
    """Whether tracked files were other than in that commit."""
    command: tuple[str, ...] = ()
    """What was typed, word by word."""
    exit: str = ""
    """How pytest ended, in a word or two, such as `passed`."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Versions, the computer and its threads, by name."""
    path_of: Callable[[str], str] | None = None
    """Where a clip of this id lies in its set, with slashes; None where nobody knows."""
    stored: Callable[[Report], Mapping[str, float]] | None = None
    """By metric, what the baseline has of a report's variant; None where nobody knows."""
    file_of: Callable[[str], Path | None] | None = None
    """The file of a clip of this id; None of one that is no file."""
    pictures: Callable[[], Mapping[str, Sequence[str]]] = dict[str, Sequence[str]]
    """Of clips that flipped, by id: addresses that hold small pictures, which takes decoding."""
