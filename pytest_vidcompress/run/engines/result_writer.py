"""What computes ranges in a process, and puts their results into the store."""

from __future__ import annotations

from collections.abc import Callable

from ...clips.loader import Clips
from ..shards.compute import Worker, compute
from ..shards.stores.store import Store
from ..shards.tally import Tally
from .engine import Task
from .sent_task import SentTask


class ResultWriter:
    """Of one process.

    Args:
        machine: class of this machine.
        shard: that the run is.
    """

    def __init__(self, store: Store, machine: str, shard: str) -> None:
        self.store = store
        self._tally = Tally(store, machine, shard)
        self._worker = Worker(self._tally.counts.name, machine)

    def write(
        self, task: Task | SentTask, part: Clips, name: str, done: Callable[[int], object] | None = None
    ) -> None:
        """Computes one.

        Args:
            part: its clips.
            name: of its result.
            done: told after every clip how many there are.
        """
        result = compute(task.run, part, task.labels, task.answer, self._worker, done)
        self.store.write(name, result.to_bytes())
        self._tally.add(result)

    def close(self) -> None:
        """What was counted is in the store."""
        self._tally.close()
