"""The engine that is this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .engine import Setting, Task
from .result_writer import ResultWriter


class Here:
    """Computes one range after another."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._writer = ResultWriter(setting.store, setting.machine, setting.shard)

    def compute(self, task: Task, numbers: Sequence[int]) -> Iterator[int]:
        for number in numbers:
            # Somebody else may have done it meanwhile.
            if self.setting.store.has(task.names[number]):
                task.ticked(len(task.places[number]))
            else:
                self._one(task, number)
            yield number

    def rest(self) -> None:
        """Nothing goes on between two calls."""

    def close(self) -> None:
        self._writer.close()

    def _one(self, task: Task, number: int) -> None:
        told = 0

        def done(clips: int) -> None:
            nonlocal told
            task.ticked(clips - told)
            told = clips

        self._writer.write(task, task.part(number), task.names[number], done)
        task.ticked(len(task.places[number]) - told)
