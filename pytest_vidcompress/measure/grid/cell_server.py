"""The process that times the cells of one number of threads. It is asked as in `latency.answers`:

    {"threads": n, "pixels": file}    before anything else: how it computes, and clips      -> {"clips": how many}
    {"load": file, "arm": name}       an arm, as `pickle_file.write` wrote it                -> {"loaded": name}
    {"time": name, "clips": [i, ...], "waking": w, "calls": n}
                                      n calls with these clips after w that do not count     -> {"seconds": [...]}

A pool of threads is made for a number of them, and its threads go on spinning where fewer are asked for: a process of
its own has none of another number.
"""

from __future__ import annotations

import pickle
from typing import Any

import torch
from torch import nn

from ...models.device import synchronizer
from ..accuracy.predict import logits_of
from ..latency.answers import Message, failure, serve
from ..latency.failure import Cause
from ..latency.rest import HANDOVER_S, rest
from ..latency.stopwatch import seconds_of


def main() -> None:
    """Serves requests until the other side is gone."""
    serve(CellServer().answer)


class CellServer:
    """Arms by name, and clips to call them with."""

    def __init__(self) -> None:
        self._arms: dict[str, Any] = {}
        self._pixels = torch.empty(0)

    def answer(self, request: Message) -> Message:
        """Of one request."""
        if "threads" in request:
            torch.set_num_threads(request["threads"])
            self._pixels = _read(request["pixels"])
            return {"clips": len(self._pixels)}
        if "load" in request:
            arm = _read(request["load"])
            self._arms[request["arm"]] = arm.eval() if isinstance(arm, nn.Module) else arm
            return {"loaded": request["arm"]}
        name: str = request["time"]
        try:
            return {"seconds": self._time(request)}
        except Exception as error:
            return failure(error, Cause.RAISED, name)

    @torch.inference_mode()
    def _time(self, request: Message) -> list[float]:
        arm, pixels = self._arms[request["time"]], self._pixels[request["clips"]]
        # Threads of the call before, perhaps of another process, spin for some milliseconds on these cores.
        rest(HANDOVER_S)
        for _ in range(request["waking"]):
            logits_of(arm, pixels)
        wait = synchronizer(pixels.device)
        return [seconds_of(lambda: logits_of(arm, pixels), wait) for _ in range(request["calls"])]


def _read(file: str) -> Any:
    # Written by the test's own process a moment ago.
    return torch.load(file, weights_only=False, pickle_module=pickle)
