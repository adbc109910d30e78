"""What an actor does once this package is there: it says what it is, and computes ranges into the store."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ....errors import SpoiledRunError, VidcompressError, first_line
from ....measure.machine import machine
from ....measure.resume.source_files import own_source, versions
from ....runtimes.torch_eager import version
from ...shards.measurement import same_answer
from ...shards.stores.open import open_store
from ...shards.stores.store import Store
from ..range_computer import RangeComputer
from .request import Request

PROBES = "probes"
"""Folder of a store: what shows whether a node and the driver see the same one."""

Answer = dict[str, Any]


def facts(began: float) -> dict[str, str]:
    """What must be the same on all nodes: the code, and the libraries that decide logits.

    Args:
        began: when this process began to load code, seconds since the epoch.
    """
    import ray

    from .... import __version__

    own = f"{__version__} {(own_source(began) or 'edited while it ran')[:12]}"
    return {"pytest-vidcompress": own, "ray": str(ray.__version__), **versions()}


def difference(ours: Mapping[str, str], its: Mapping[str, str]) -> str:
    """What of the facts of a node is another than here, in words; empty where they are the same."""
    for name, value in ours.items():
        if its.get(name) != value:
            return f"has {name} {its.get(name)}, and here it is {value}: install the same everywhere"
    return ""


class NodeWorker:
    """On one node.

    Args:
        place: of the store.
        shard: that the run is.
        probe: a name that the driver has written into the store.
        threads: that the driver has.
        began: before this process loaded any code of ours, seconds since the epoch.
    """

    def __init__(self, place: str, shard: str, probe: str, threads: int, began: float) -> None:
        self._began = began
        self._place = place
        self._shard = shard
        self._probe = probe
        torch.set_num_threads(threads)
        self._machine = machine(version()).computer
        self._task: int | None = None
        self._computer: RangeComputer | None = None

    def about(self) -> Answer:
        """Facts, the class of this machine, and what is wrong with the store from here."""
        return {"facts": facts(self._began), "machine": self._machine, "store": self._of_store()}

    def compute(self, request: Request, sent: Sequence[Any]) -> Answer:
        """Computes a range.

        Args:
            sent: the reference of the measurement, in a list so that Ray does not fetch it every time.

        Returns:
            `done`; or `refused`, for the whole run; `unlike`, for the measurement; `error`, for the range.
        """
        try:
            computer = self._ready()
            # After a restart it is not loaded.
            if self._task != request.task and (why := self._load(computer, request, sent)):
                return {"unlike": why}
            if computer.has_other_clips(request.number, request.places, request.name):
                return {
                    "refused": "the clips are other files there, or none: expected the same paths everywhere"
                }
            computer.compute(request.places, request.name)
        except SpoiledRunError as error:
            return {"refused": str(error)}
        except Exception as error:
            return {"error": first_line(error)}
        return {"done": request.number}

    def _ready(self) -> RangeComputer:
        if self._computer is None:
            self._computer = RangeComputer(open_store(self._place), self._machine, self._shard)
        return self._computer

    def _load(self, computer: RangeComputer, request: Request, sent: Sequence[Any]) -> str:
        """Why a measurement cannot be computed here; empty where it can."""
        import ray

        self._task = None
        try:
            fetched: Any = ray.get(sent[0])
            task = computer.load(io.BytesIO(fetched), request.threads)
            answer = task.answer_here
        except Exception as error:
            return f"does not load ({first_line(error)})"
        if answer is None or not same_answer(task.answer, answer):
            return "answers differently"
        self._task = request.task
        return ""

    def _of_store(self) -> str:
        try:
            return _differs(open_store(self._place), self._probe)
        except VidcompressError as error:
            return str(error)


def _differs(store: Store, probe: str) -> str:
    """Why this is not the store that somebody wrote a probe to; empty where it is, and can be written."""
    if store.read(f"{PROBES}/{probe}") is None:
        return f"the store {store.place} is another one there: give --vc-store=DIR that all nodes share, or a URL"
    own = f"{PROBES}/{probe}-{time.time_ns()}"
    store.write(own, b"")
    store.remove(own)
    return ""
