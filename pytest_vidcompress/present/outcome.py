"""What a run has to show of itself, beside how it looks: filled by the run, read by terminal, page and GitHub."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..clips.faults import Skipped
from ..gate.grid_choice import GridChoice
from ..gate.verdict import Result
from ..measure.resume.reuse import Reuse
from .formats.run_facts import RunFacts
from .variants.variant_notes import VariantNotes


@dataclass(frozen=True)
class BaselineChanges:
    """What became of the stored baselines, a line each."""

    written: Sequence[str] = ()
    left: Sequence[str] = ()
    """What was not written, though it differs, and what would take it over."""
    unused: Sequence[str] = ()
    """Entries that no test measures any more."""


@dataclass(frozen=True)
class Outcome:
    """Everything is empty where there is nothing to say."""

    results: Sequence[Result] = ()
    grids: Sequence[GridChoice] = ()
    about: str = ""
    """The clips, in a line."""
    skipped: Sequence[Skipped] = ()
    """Clips that could not be used."""
    absent: int = 0
    """Annotated clips whose file is not there."""
    baselines: BaselineChanges = BaselineChanges()
    complaints: Sequence[str] = ()
    """Why the run is not what it was meant to be although no test says so."""
    predictions: Sequence[Reuse] = ()
    """What was on disk of them."""
    missing: Sequence[tuple[str, str]] = ()
    """Of every test that was skipped for it: the runtime that is not installed, and what it needs."""
    variants: VariantNotes = field(default_factory=VariantNotes)
    """What was found out while they were built."""
    unmeasured: Collection[tuple[str, str]] = ()
    """Ratios that are stored and were not measured, each with its variant."""
    compared: Sequence[Mapping[str, Any]] = ()
    """Documents of the earlier runs that pytest-benchmark compares with."""
    facts: RunFacts | None = None
    """For files that are read elsewhere."""
    reports: Sequence[Path] = ()
    """The files of `--vc-report` and `--vc-json`."""
    command: str = "pytest"
    """What was typed, to run all of it again."""
    options: str = ""
    """What must be typed to run one of its tests the same way."""
    strict: bool = False
    """New and inconclusive verdicts failed their tests too."""
    expected: Collection[str] = ()
    """Node ids of the tests that were meant to fail."""
