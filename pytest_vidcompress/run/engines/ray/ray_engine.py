"""The engine of `--vc-engine=ray`: this process feeds actors, which put results into the store that all reach."""

from __future__ import annotations

import io
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import SpoiledRunError
from ....processes.clock import now_s
from ..engine import Setting, Task
from ..here import Here
from ..sent_task import send
from .cluster import Cluster
from .pool import MOST_DEATHS, Answered, Pool
from .request import Request

_LOOK_S = 1.0
"""Longest wait for an answer before nodes are looked at."""
_GREETING_S = 30.0
"""Longest wait for all nodes before anything is computed: what is wrong with one should be known by then."""
PATIENCE_S = 60.0
"""Longest time without a node that has room, before this process computes a range itself."""


class RayEngine:
    """Actors on the nodes of a cluster; they stay for the next measurement.

    Raises:
        VidcompressError: the cluster cannot be joined, or a node of it is not as this machine.
    """

    def __init__(self, setting: Setting) -> None:
        self.here = Here(setting)
        self.cluster = Cluster(setting.address)
        self._tasks = 0
        self.lacks_room = False
        """It was said that no node has any."""
        try:
            self.pool = Pool(self.cluster, setting)
        except BaseException:
            self.cluster.close()
            raise
        try:
            self.pool.refresh()
            for _ in self.pool.answers(_GREETING_S, of_all=True):
                pass
        except BaseException:
            self.close()
            raise

    def compute(self, task: Task, numbers: Sequence[int]) -> Iterator[int]:
        sent = self._sent(task) if len(numbers) > 1 else None
        if sent is None:
            yield from self.here.compute(task, numbers)
            return
        self._tasks += 1
        yield from _Run(self, task, self._tasks, sent, numbers).results()

    def rest(self) -> None:
        self.pool.rest()

    def close(self) -> None:
        """Ends the actors, and leaves the cluster: what was being computed is lost."""
        self.pool.close()
        self.cluster.close()
        self.here.close()

    def _sent(self, task: Task) -> Any:
        """The object from which actors load a task; None of one that cannot be sent."""
        file = io.BytesIO()
        return self.cluster.ray.put(file.getvalue()) if send(task, file) else None


@dataclass
class _Run:
    """One measurement on all actors."""

    engine: RayEngine
    task: Task
    name: int
    """Of the task, among all that this process sends."""
    sent: Any
    numbers: Sequence[int]

    def __post_init__(self) -> None:
        self._left = deque(self.numbers)
        self._open = {*self.numbers}
        self._for_here: list[int] = []
        self._room_s = now_s()
        """When there was an actor last."""

    def results(self) -> Iterator[int]:
        pool = self.engine.pool
        while self._open:
            pool.refresh()
            self._feed()
            for each in pool.answers(_LOOK_S):
                if each.task is self.task and self._is_done(each):
                    yield each.number
            if self._left and not self._has_room():
                yield from self._one_here()
        # The error of a module is its own: it is raised where a single process would raise it.
        yield from self.engine.here.compute(self.task, sorted(self._for_here))

    def _feed(self) -> None:
        threads = max(1, self.task.threads // self.engine.here.setting.workers)
        for worker in self.engine.pool.idle():
            if not self._left:
                return
            number = self._left.popleft()
            places = [*self.task.places[number]]
            request = Request(self.name, threads, number, places, self.task.names[number])
            worker.ask(self.task, request, self.sent)

    def _is_done(self, each: Answered) -> bool:
        """Is the result of a range there? If not, it is put where it will be computed."""
        answer = each.answer
        if answer is None:
            self._refuse_deadly(each)
            self._left.appendleft(each.number)
            return False
        if "refused" in answer:
            raise SpoiledRunError(f"{self.engine.cluster.name}: {each.node}: {answer['refused']}")
        if "unlike" in answer:
            warnings.warn(
                f"{self.task.what} is computed by one process: on {each.node} it {answer['unlike']}",
                stacklevel=2,
            )
            self._keep_here(each.number, *self._left)
            self._left.clear()
        elif "error" in answer:
            self._keep_here(each.number)
        self._open.discard(each.number)
        if "done" not in answer:
            return False
        self.task.ticked(len(self.task.places[each.number]))
        return True

    def _keep_here(self, *numbers: int) -> None:
        self._for_here += numbers
        self._open.difference_update(numbers)

    def _refuse_deadly(self, each: Answered) -> None:
        if not each.node_lives:
            return
        ids = [self.task.clips.sample[place].id for place in self.task.places[each.number]]
        raise SpoiledRunError(
            f"{self.engine.cluster.name}: the worker on {each.node} ended at clips {ids[0]} to {ids[-1]} of"
            f" {self.task.what}, {MOST_DEATHS} times: it needs memory for a model; find out what ends it"
        )

    def _one_here(self) -> Iterator[int]:
        """Rather than to wait for whoever else has the nodes, who may be waiting for this run."""
        engine, number = self.engine, self._left.popleft()
        if not engine.lacks_room:
            engine.lacks_room = True
            warnings.warn(
                f"{engine.cluster.name}: no node has room for a worker: this process computes until one has",
                stacklevel=2,
            )
        self._open.discard(number)
        yield from engine.here.compute(self.task, [number])

    def _has_room(self) -> bool:
        """Is anybody there who computes, or was it a moment ago?"""
        if any(worker.is_greeted for worker in self.engine.pool.workers):
            self._room_s = now_s()
        return now_s() - self._room_s < PATIENCE_S
