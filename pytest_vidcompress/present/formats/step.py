"""What GitHub is told of a run beside its results: how it was called, where its tests are written, how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where a test is written."""

    file: Path
    """Absolute, or relative to the repository."""
    line: int
    """Counted from 1; 0 when it is not known."""

    @classmethod
    def of(cls, root: Path, file: str, line: int | None) -> Place:
        """From a location as pytest has it: relative to its root, lines counted from 0."""
        return cls(root / file, 0 if line is None else line + 1)


@dataclass(frozen=True)
class Step:
    """One run of pytest, as a step of a job."""

    options: str = ""
    """What must be typed to run the tests the same way."""
    strict: bool = False
    """New and inconclusive verdicts failed their tests too."""
    closing: str = ""
    """The last line of the terminal's summary."""
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])
    """By test, without its parameters, as `Report.test` has it."""
    expected: Collection[str] = ()
    """Node ids of the tests that were meant to fail."""
    grids: Sequence[str] = ()
    """As the terminal shows them."""
