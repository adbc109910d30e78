"""The actors of a run: started on every node that has room, greeted, and forgotten when they are gone."""

from __future__ import annotations

import secrets
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from ....errors import VidcompressError
from ....measure.resume.torch_settings import environment
from ....processes.clock import now_s, sleep, today_s
from ..engine import Setting
from .actor import actor_class
from .arrival import sent_paths
from .cluster import Cluster, Node
from .node_worker import PROBES, difference, facts
from .request import Request

MOST_DEATHS = 3
"""Of an actor over one range, or of actors on one node in a row before they say anything."""
_LOOK_S = 5.0
"""How often new nodes are looked for."""


@dataclass(eq=False)
class RemoteWorker:
    """An actor, and what it was asked last."""

    node: Node
    actor: Any
    ref: Any = None
    """Of its answer; None: it waits to be asked."""
    asked: tuple[object, int] | None = None
    """The task, and the range; None: what it is."""
    is_greeted: bool = False

    def ask(self, task: object, request: Request, sent: Any) -> None:
        self.asked = task, request.number
        # In a list, so that Ray does not fetch it every time.
        self.ref = self.actor.compute.remote(request, [sent])


@dataclass(frozen=True)
class Answered:
    """What became of a range."""

    node: Node
    task: object
    number: int
    answer: Mapping[str, Any] | None
    """None: the actor has ended, as often as Ray tries it."""
    node_lives: bool = True


@dataclass
class Pool:
    """Those of one run, on the nodes that are there by and by."""

    cluster: Cluster
    setting: Setting
    workers: list[RemoteWorker] = field(default_factory=list[RemoteWorker])

    def __post_init__(self) -> None:
        self._probe = secrets.token_hex(8)
        self._threads = torch.get_num_threads()
        self._facts = facts(today_s())
        self._class: Any = self.cluster.ray.remote(actor_class())
        self._classes: set[str] = {self.setting.machine}
        self._failures = Counter[str]()
        self._looked_s = float("-inf")
        self.setting.store.write(f"{PROBES}/{self._probe}", b"")

    def refresh(self) -> None:
        """Starts actors on nodes that have none, every few seconds."""
        if now_s() - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s()
        there = Counter(worker.node.id for worker in self.workers)
        for node in self.cluster.nodes():
            for _ in range(self._room(node) - there[node.id]):
                self._start(node)

    def idle(self) -> Sequence[RemoteWorker]:
        """Those that wait to be asked."""
        return [worker for worker in self.workers if worker.is_greeted and worker.ref is None]

    def answers(self, patience_s: float, of_all: bool = False) -> Iterator[Answered]:
        """Waits for an answer, or for all that are owed, as long as it has patience; greets who answers first.

        Raises:
            VidcompressError: a node has other versions, reaches another store, or starts no actor.
        """
        ray, asked = (
            self.cluster.ray,
            {worker.ref: worker for worker in self.workers if worker.ref is not None},
        )
        if not asked:
            sleep(min(patience_s, _LOOK_S))
            return
        wanted = len(asked) if of_all else 1
        ready, others = ray.wait([*asked], num_returns=wanted, timeout=patience_s)
        if ready and others:
            ready += ray.wait(others, num_returns=len(others), timeout=0)[0]
        for worker in [asked[ref] for ref in ready]:
            found = self._answer(worker)
            if found is not None:
                yield found

    def rest(self) -> None:
        """Returns when nothing is computed on this machine."""
        here = self.cluster.is_here
        refs = [worker.ref for worker in self.workers if worker.ref and worker.asked and here(worker.node)]
        if refs:
            self.cluster.ray.wait(refs, num_returns=len(refs))

    def close(self) -> None:
        """Ends the actors: what they were computing is lost."""
        for worker in self.workers if self.cluster.ray.is_initialized() else ():
            self.cluster.ray.kill(worker.actor)
        self.workers.clear()
        with suppress(VidcompressError):
            self.setting.store.remove(f"{PROBES}/{self._probe}")

    @property
    def threads(self) -> int:
        """Of one actor."""
        return max(1, self._threads // self.setting.workers)

    def _answer(self, worker: RemoteWorker) -> Answered | None:
        ref, asked, answer = worker.ref, worker.asked, None
        worker.ref = worker.asked = None
        lives = True
        try:
            answer = dict(self.cluster.ray.get(ref))
        except self.cluster.ray.exceptions.RayTaskError as error:
            # The way to it went wrong: what it was sent cannot be read there.
            answer = {"error": str(error).strip().splitlines()[-1]}
        except self.cluster.ray.exceptions.RayError:
            lives = self._bury(worker)
        if asked is not None:
            return Answered(worker.node, *asked, answer, lives)
        if answer is not None:
            self._greet(worker, answer)
        return None

    def _greet(self, worker: RemoteWorker, about: Mapping[str, Any]) -> None:
        where = f"{self.cluster.name}: {worker.node}"
        if "error" in about:
            raise VidcompressError(
                f"{where} cannot load pytest-vidcompress ({about['error']}): install the same there as here"
            )
        if differing := difference(self._facts, about["facts"]):
            raise VidcompressError(f"{where} {differing}")
        if about["store"]:
            raise VidcompressError(f"{where}: {about['store']}")
        if about["machine"] not in self._classes:
            self._classes.add(about["machine"])
            warnings.warn(
                f"{where} is of another class of machines ({about['machine']}) than this one: the last digits of what"
                " it computes may differ",
                stacklevel=2,
            )
        worker.is_greeted = True
        del self._failures[worker.node.id]

    def _bury(self, worker: RemoteWorker) -> bool:
        """Forgets an actor that has ended; returns whether its node is still there."""
        self.workers.remove(worker)
        self.cluster.ray.kill(worker.actor)
        lives = self.cluster.is_alive(worker.node)
        self._failures[worker.node.id] += lives and not worker.is_greeted
        if self._failures[worker.node.id] >= MOST_DEATHS:
            raise VidcompressError(
                f"{self.cluster.name}: on {worker.node} no worker starts: its log is there in the session's folder of"
                " Ray"
            )
        return lives

    def _room(self, node: Node) -> int:
        """How many actors a node takes."""
        return min(self.setting.workers, int(node.gpus if self._on_gpu else node.cpus))

    @property
    def _on_gpu(self) -> bool:
        return self.setting.device != "cpu"

    def _start(self, node: Node) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        options: dict[str, Any] = {
            # What Ray gives to nobody else meanwhile; the actor sets its threads by itself.
            "num_cpus": max(1, min(self.threads, int(node.cpus) // self._room(node))),
            "num_gpus": int(self._on_gpu),
            "max_restarts": -1,
            "max_task_retries": MOST_DEATHS - 1,
            # One a node: where that is gone, nobody stands in for it on another.
            "scheduling_strategy": NodeAffinitySchedulingStrategy(node.id, soft=False),
        }
        paths = sent_paths(self.setting.paths)
        place = self.setting.store.place
        if "://" not in place and "::" not in place:
            place = str(Path(place).absolute())
        setting = place, self.setting.shard, self._probe, self._threads
        actor = self._class.options(**options).remote(paths, environment(), setting)
        self.workers.append(RemoteWorker(node, actor, actor.about.remote()))
