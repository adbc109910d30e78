"""What computes ranges in a process of its own: it holds one module and its clips, and writes into the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import torch

from ..shards.compute import Worker, compute
from ..shards.contents import contents
from ..shards.job import range_name
from ..shards.stores.store import Store
from ..shards.tally import Tally
from .sent_task import SentTask, receive


class RangeComputer:
    """Computes ranges of one measurement after another.

    Args:
        machine: class of this machine.
        shard: that the run is.
    """

    def __init__(self, store: Store, machine: str, shard: str) -> None:
        self._store = store
        self._tally = Tally(store, machine, shard)
        self._worker = Worker(self._tally.counts.name, machine)
        self._task: SentTask | None = None

    @property
    def name(self) -> str:
        """As results and the tally have it."""
        return self._tally.counts.name

    def load(self, sent: Path | IO[bytes], threads: int) -> SentTask:
        """Takes a measurement in the place of the last."""
        self._task = None  # two modules need not fit into memory
        torch.set_num_threads(threads)
        self._task = receive(sent)
        return self._task

    def has_other_clips(self, number: int, places: Sequence[int], name: str) -> bool:
        """Are the clips of a range other files here than where the result got its name?"""
        assert self._task is not None
        own = [self._task.clips.sample[place] for place in places]
        return name.rpartition("/")[2] != range_name(number, [clip.id for clip in own], contents(own))

    def compute(self, places: Sequence[int], name: str) -> None:
        """Puts the result of a range into the store, unless somebody else has."""
        task = self._task
        assert task is not None
        # The driver's word is some seconds old: another driver may have done it.
        if self._store.has(name):
            return
        result = compute(task.run, task.clips.part(places), task.labels, task.answer, self._worker)
        self._store.write(name, result.to_bytes())
        self._tally.add(result)
        self._tally.close()
