"""The engine that is this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..shards.compute import Worker, compute
from ..shards.tally import Tally
from .engine import Setting, Task


class Here:
    """Computes one range after another."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._store = setting.store
        self._tally = Tally(setting.store, setting.machine, setting.shard)
        self._worker = Worker(self._tally.counts.name, setting.machine)

    def compute(self, task: Task, numbers: Sequence[int]) -> Iterator[int]:
        for number in numbers:
            # Somebody else may have done it meanwhile.
            if self._store.has(task.names[number]):
                task.ticked(len(task.places[number]))
            else:
                self._one(task, number)
            yield number

    def rest(self) -> None:
        """Nothing goes on between two calls."""

    def close(self) -> None:
        self._tally.close()

    def _one(self, task: Task, number: int) -> None:
        part, told = task.part(number), 0

        def done(clips: int) -> None:
            nonlocal told
            task.ticked(clips - told)
            told = clips

        result = compute(task.run, part, task.labels, task.answer, self._worker, done)
        self._store.write(task.names[number], result.to_bytes())
        self._tally.add(result)
        task.ticked(len(task.places[number]) - told)
