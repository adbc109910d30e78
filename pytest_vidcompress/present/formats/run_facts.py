"""What a run knows of all that it measured, and a report does not: what made it, and on which machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...measure.machine import Machine
from ...measure.report import Execution


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
