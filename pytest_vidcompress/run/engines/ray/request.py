"""What an actor is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """A range, and the measurement that it is of, which is sent by itself."""

    task: int
    """Which measurement, by a number of the driver's."""
    threads: int
    number: int
    """Of the range."""
    places: Sequence[int]
    """Of its clips in the sample."""
    name: str
    """Of the result."""
