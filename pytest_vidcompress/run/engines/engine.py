"""What an engine is: it computes jobs of one measurement into the store, in whatever order they come to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

import torch

from ...clips.loader import Clips
from ..shards.stores.store import Store


@dataclass(frozen=True)
class Task:
    """One measurement, and where its results go."""

    run: Callable[[torch.Tensor], Any]
    """Pixels -> logits."""
    clips: Clips
    labels: int
    answer: str
    """What it says to noise."""
    names: Mapping[int, str]
    """Of results in the store, by the number of the range."""
    places: Mapping[int, Sequence[int]]
    """Of the clips in `clips.sample`, likewise."""
    ticked: Callable[[int], object]
    """Told how many clips more are done."""
    noise: torch.Tensor
    """Pixels that `answer` is to."""
    by_value: tuple[ModuleType, ...] = ()
    """Modules that another process cannot import."""
    what: str = ""
    """For messages."""
    threads: int = field(default_factory=torch.get_num_threads)
    """Of all who compute it on this machine together."""

    def part(self, number: int) -> Clips:
        """The clips of a range."""
        return self.clips.part(self.places[number])


class Engine(Protocol):
    """Computes jobs; one measurement after another."""

    def compute(self, task: Task, numbers: Sequence[int]) -> Iterator[int]:
        """Yields the number of each range when its result is in the store; those that are there already, too.

        It may be left early: what is under way then is finished, or lost.

        Args:
            numbers: of the ranges, in the order in which they are wanted.
        """
        ...

    def rest(self) -> None:
        """Returns when nothing is computed on this machine any more, of a measurement that was left early: what
        comes next may be timed."""
        ...

    def close(self) -> None:
        """Ends what works for it."""
        ...


@dataclass(frozen=True)
class Setting:
    """What engines are made of."""

    store: Store
    machine: str
    """Class of this machine."""
    shard: str = ""
    workers: int = 1
    """On each machine."""
    address: str = ""
    """Of what computes elsewhere; empty for the usual one."""
    paths: tuple[str, ...] = ()
    """What other processes can import from."""
    device: str = "cpu"
    """That models are on."""
