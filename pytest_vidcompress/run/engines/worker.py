"""A process that computes jobs for another one: it holds one module and its clips, and reads a request a line.

{"load": file, "threads": n}                             -> {"answer": to noise}
{"range": n, "places": [...], "name": of the result}     -> {"done": n}
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from ...measure.latency.answers import Message, serve
from ..shards.stores.open import open_store
from .range_computer import RangeComputer


def main() -> None:
    """Serves requests until the other side is gone.

    Arguments: the store, the class of this machine, the shard.
    """
    torch.set_num_threads(1)
    place, machine, shard = sys.argv[1:4]
    serve(_Server(RangeComputer(open_store(place), machine, shard)).serve)


@dataclass
class _Server:
    computer: RangeComputer

    def serve(self, request: Message) -> Message:
        if "load" in request:
            # Written by the run that started this process, a moment ago.
            return {"answer": self.computer.load(Path(request["load"]), request["threads"]).answer_here}
        self.computer.compute(request["places"], request["name"])
        return {"done": request["range"]}
