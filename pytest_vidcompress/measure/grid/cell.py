"""A cell of a grid: one way to serve a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Arm(NamedTuple):
    """What runs: its answers and its files are the same whatever the batch and the threads."""

    precision: str
    """A recipe's text, without a runtime."""
    runtime: str

    def __str__(self) -> str:
        return f"{self.precision}@{self.runtime}"


@dataclass(frozen=True)
class Cell:
    """One way to serve a model."""

    arm: Arm
    batch: int = 1
    """Clips of a call."""
    threads: int = 1

    def __str__(self) -> str:
        return f"{self.arm}, batch {self.batch}, {self.threads} threads"


REFERENCE = Arm("fp32", "torch")
"""The uncompressed model, in eager torch."""
