"""How long a training may last: steps, or minutes, which become steps once and for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import VidcompressError


@dataclass(frozen=True)
class Budget:
    """Of a training.

    Raises:
        VidcompressError: there is none, or less than none.
    """

    steps: int = 0
    """0: as many as the minutes hold."""
    minutes: float = 5.0
    """Of this machine as busy as it is; without effect where there are steps."""

    def __post_init__(self) -> None:
        if self.steps < 0:
            raise VidcompressError(f"steps={self.steps} is out of range: expected 0 (by minutes) or more")
        if not 0 < self.minutes < 1e6:
            raise VidcompressError(f"minutes={self.minutes:g} is out of range: expected more than 0")

    def steps_of(self, step_s: Callable[[], float]) -> int:
        """How many steps it is, at least one.

        Args:
            step_s: times a step, seconds; asked where there are minutes alone.
        """
        return self.steps or max(1, round(60 * self.minutes / step_s()))
