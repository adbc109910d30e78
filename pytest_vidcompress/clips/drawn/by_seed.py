"""Clips to train on that are drawn when they are asked for, and told apart by their seeds alone.

The packaged clips have seeds below 1,000, the packaged models are trained on and chosen by some from 500,000 on
(`training/`), and these begin beyond all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from ..clip import Clip

FIRST_SEED = 2_000_000
COUNT = 1 << 30
"""More than anybody trains on."""


@dataclass(frozen=True)
class ClipsBySeed(Sequence[Clip]):
    """One after another, each made when it is asked for. What is learned of them is found again by their `repr`."""

    first: int = FIRST_SEED
    """Seed of the first."""
    number: int = COUNT

    @abstractmethod
    def of_seed(self, seed: int) -> Clip:
        """The clip of this seed."""

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, index: int) -> Clip: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Clip, ...]: ...
    def __getitem__(self, index: int | slice) -> Clip | tuple[Clip, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(self.number)))
        if not -self.number <= index < self.number:
            raise IndexError(f"there are {self.number} clips, and none at {index}")
        return self.of_seed(self.first + index % self.number)

    def __iter__(self) -> Iterator[Clip]:
        return (self[index] for index in range(self.number))
