"""What computes ranges in a process of its own: it holds one module and its clips, and writes into the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import torch

from ..shards.contents import contents
from ..shards.job import range_name
from ..shards.stores.store import Store
from .result_writer import ResultWriter
from .sent_task import SentTask, receive


class RangeComputer:
    """Computes ranges of one measurement after another.

    Args:
        machine: class of this machine.
        shard: that the run is.
    """

    def __init__(self, store: Store, machine: str, shard: str) -> None:
        self._writer = ResultWriter(store, machine, shard)
        self._task: SentTask | None = None

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
        if not self._writer.store.has(name):
            self._writer.write(task, task.clips.part(places), name)
            # Nobody says when this process ends.
            self._writer.close()
