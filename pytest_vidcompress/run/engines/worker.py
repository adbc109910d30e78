"""A process that computes jobs for another one: it holds one module and its clips, and reads a request a line.

{"load": file, "threads": n}                             -> {"answer": to noise}
{"range": n, "places": [...], "name": of the result}     -> {"done": n}
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ...measure.latency.answers import Message, serve
from ...measure.resume.predictions import answer_to
from ..shards.compute import Worker, compute
from ..shards.stores.open import open_store
from ..shards.tally import Tally
from .placement import place


def main() -> None:
    """Serves requests until the other side is gone.

    Arguments: the store, the class of this machine, the shard.
    """
    torch.set_num_threads(1)
    place, machine, shard = sys.argv[1:4]
    serve(_Server(place, machine, shard).serve)


@dataclass
class _Server:
    place: str
    machine: str
    shard: str
    _loaded: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self._store = open_store(self.place)
        self._tally = Tally(self._store, self.machine, self.shard)
        self._worker = Worker(self._tally.counts.name, self.machine)

    def serve(self, request: Message) -> Message:
        if "load" in request:
            return self._load(request["load"], request["threads"])
        number, loaded = request["range"], self._loaded
        # The driver's word is some seconds old: another driver may have done it.
        if not self._store.has(request["name"]):
            part = loaded["clips"].part(request["places"])
            result = compute(loaded["run"], part, loaded["labels"], loaded["answer"], self._worker)
            self._store.write(request["name"], result.to_bytes())
            self._tally.add(result)
            self._tally.close()
        return {"done": number}

    def _load(self, file: str, threads: int) -> Message:
        self._loaded.clear()  # two modules need not fit into memory
        torch.set_num_threads(threads)
        # Written by the run that started this process, a moment ago.
        self._loaded = torch.load(file, weights_only=False, pickle_module=pickle)
        run = self._loaded["run"]
        if isinstance(run, nn.Module):
            run.eval()
        place(run, self._loaded["placement"])
        return {"answer": answer_to(run, self._loaded["noise"], self._loaded["labels"])}
