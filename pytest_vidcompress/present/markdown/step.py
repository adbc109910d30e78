"""What GitHub is told of a run beside its results: how it was called, where its tests are written, how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...gate.verdict import Result
from ..grid.grid_lines import grid_lines
from ..outcome import Outcome
from ..terminal.closing_line import closing_line


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

    @classmethod
    def of(cls, outcome: Outcome, places: Mapping[str, Place] | None = None) -> Step:
        """The run that has come to `outcome`."""
        return cls(
            options=outcome.options,
            strict=outcome.strict,
            closing=closing_line(outcome),
            places=places or {},
            expected=outcome.expected,
            grids=["\n".join(grid_lines(grid)) for grid in outcome.grids],
        )

    def unexpected(self, results: Sequence[Result]) -> list[Result]:
        """Those whose test was not meant to fail."""
        return [result for result in results if not result.nodeid or result.nodeid not in self.expected]
