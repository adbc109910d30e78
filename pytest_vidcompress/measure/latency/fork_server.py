"""The process that times in fresh processes: it holds the arms, and forks itself for every turn.

It computes with one thread only: an OpenMP pool does not survive a fork. Its children set their threads anew. Nor
does the use of a GPU, which a library that is imported may begin unasked: of arms that are on one it holds the file
unread, and every child loads it. It reads a JSON request a line and answers each with one:

    {"load": file, "threads": n, "device": name}
                                   the arms, as `timer.pack` wrote them         -> {"arms": [names]}, of the CPU's
    {"fork": [names]}              a child, which copies the arms in this order -> {"forked": pid}
    {"time": [names]}              in the child: one call of each, in this order -> {"seconds": [...]}
    {"exit": true}                 the end of the child                         -> {"exited": status}

`fork` and `time` may have a `patience_s`, after which a child that gives no answer is ended. What fails is answered
with {"error": text, "cause": one of `failure.Cause`, "arm": name or empty}; whatever comes next is served, and a new
turn gets a new child. What a child leaves running ends with it.
"""

from __future__ import annotations

import copy
import json
import math
import mmap
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import torch
from torch import nn

from ...models.device import CPU, synchronizer
from ...processes.child_process import answered, first_written, how_ended
from ...processes.lifeline import children, die_with_parent, end_children
from ..accuracy.predict import logits_of
from .answers import Message, error_message, failure, serve, write_line
from .failure import Cause
from .rest import handover_s, rest
from .stopwatch import seconds_of


def main() -> None:
    """Serves requests until the other side is gone."""
    torch.set_num_threads(1)
    serve(_Server().serve, sys.argv[1:])


@dataclass
class _Loaded:
    """What was loaded."""

    arms: dict[str, Any] = field(default_factory=dict[str, Any])
    pixels: torch.Tensor = field(default_factory=lambda: torch.empty(0))
    threads: int = 1
    content: bytes = b""
    """Of the file, where the arms are for a device that only children may use: then they have no arms yet."""
    device: torch.device = CPU

    def in_child(self) -> _Loaded:
        """The same with the arms on their device, in the process that is going to call them."""
        if not self.content:
            return self
        return replace(_unpacked(BytesIO(self.content), self.threads), device=self.device)


class _Server:
    def __init__(self) -> None:
        self._loaded = _Loaded()
        self._child: _Child | None = None

    def serve(self, request: Message) -> Message:
        patience_s = request.pop("patience_s", math.inf)
        if "time" in request:
            if self._child is None:
                return {"error": "no process was forked"}
            return self._child.ask(request, patience_s)
        # One turn at a time: a child whose turn broke off must not outlive it.
        status = self._child.end() if self._child else 0
        self._child = None
        if "load" in request:
            self._loaded = _Loaded()  # two generations of models need not fit into memory
            self._loaded = _load(request["load"], request["threads"], request.get("device", "cpu"))
            return {"arms": list(self._loaded.arms)}
        if "fork" in request:
            self._child = _Child(self._loaded, request["fork"])
            return self._child.ask(None, patience_s)
        return {"exited": status}


class _Child:
    """A fork of this process, and the pipes to it and back."""

    def __init__(self, loaded: _Loaded, order: list[str]) -> None:
        its_requests, requests = os.pipe()
        answers, its_answers = os.pipe()
        self._order = order
        self._place = mmap.mmap(-1, 1)
        """Shared with the child: 1 + the place in `order` of the arm whose call is going on; 0 between calls."""
        self._status: int | None = None
        self._others = children()
        """Of this process, and none of the child's."""
        server = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            # Its own end of the pipe would keep it from seeing that the other one is closed.
            os.close(requests)
            os.close(answers)
            turn = _Turn(loaded, order, self._place)
            turn.live(server, os.fdopen(its_requests, "rb"), os.fdopen(its_answers, "wb", buffering=0))
        os.close(its_requests)
        os.close(its_answers)
        self._requests = os.fdopen(requests, "wb", buffering=0)
        self._answers = os.fdopen(answers, "rb")

    def ask(self, request: Message | None, patience_s: float) -> Message:
        """Its answer to a request, or to having been forked; an error when it has ended instead, or gives none."""
        if self._status is None:
            with suppress(BrokenPipeError):
                if request:
                    write_line(self._requests, request)
            if not answered(self._answers, self._pid, patience_s):
                self.end(kill=True)
                return error_message(Cause.HUNG, f"gave no answer within {patience_s:.0f} s", self._arm)
            line = first_written(self._answers)
            if line:
                return json.loads(line)
        return error_message(Cause.DIED, how_ended(self.end()), self._arm)

    def end(self, kill: bool = False) -> int:
        """Ends it with all that it started, and returns its exit status; negative is the signal that killed it."""
        if self._status is None:
            self._requests.close()
            if kill:
                os.kill(self._pid, signal.SIGKILL)
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._answers.close()
            end_children(but=self._others)
        return self._status

    @property
    def _arm(self) -> str:
        place = self._place[0]
        return self._order[place - 1] if place else ""


def _load(file: str, threads: int, device: str) -> _Loaded:
    if device == str(CPU):
        return _unpacked(file, threads)
    return _Loaded(threads=threads, content=Path(file).read_bytes(), device=torch.device(device))


def _unpacked(file: str | BytesIO, threads: int) -> _Loaded:
    """Arms where they were."""
    # Written by the test's own process a moment ago, and removed as soon as this returns.
    payload = torch.load(file, weights_only=False, pickle_module=pickle)
    for arm in payload["arms"].values():
        if isinstance(arm, nn.Module):
            arm.eval()
    return _Loaded(payload["arms"], payload["pixels"], threads)


class _Turn:
    """A child's whole life."""

    def __init__(self, loaded: _Loaded, order: Sequence[str], place: mmap.mmap) -> None:
        self._loaded = loaded
        self._order = order
        self._place = place

    def live(self, server: int, requests: BinaryIO, answers: BinaryIO) -> NoReturn:
        """Serves requests, and leaves without cleaning up what it shares with its parent."""
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            die_with_parent(server, signal.Signals.SIGKILL)
            self._serve(requests, answers)
            status = 0
        except Exception as error:
            place = self._place[0]
            write_line(answers, failure(error, Cause.RAISED, self._order[place - 1] if place else ""))
        finally:
            os._exit(status)

    def _serve(self, requests: BinaryIO, answers: BinaryIO) -> None:
        torch.set_num_threads(self._loaded.threads)
        loaded = self._loaded.in_child()
        # Copied here, so that every turn has its own place in memory: that alone moves times by a percent.
        fresh: dict[str, Any] = {}
        for place, name in enumerate(self._order, 1):
            self._place[0] = place
            fresh[name] = _copied(loaded.arms[name])
        self._place[0] = 0
        pixels, wait = loaded.pixels.clone(), synchronizer(loaded.device)
        rest_s = handover_s(*fresh.values())
        write_line(answers, {"forked": os.getpid()})
        with torch.inference_mode():
            for line in requests:
                request: Message = json.loads(line)
                seconds: list[float] = []
                for name in request["time"]:
                    self._place[0] = 1 + self._order.index(name)
                    rest(rest_s)
                    if rest_s and request.get("wake"):
                        logits_of(fresh[name], pixels)
                    seconds.append(seconds_of(lambda arm=fresh[name]: logits_of(arm, pixels), wait))
                self._place[0] = 0
                write_line(answers, {"seconds": seconds})


def _copied(arm: Callable[[torch.Tensor], Any]) -> Callable[[torch.Tensor], Any]:
    try:
        return copy.deepcopy(arm)
    except Exception:  # a callable that holds what cannot be copied is timed where it lies
        return arm
