"""The process that times in fresh processes: it holds the arms, and forks itself for every turn.

It computes with one thread only: an OpenMP pool does not survive a fork. Its children set their threads anew.
Run as `python -m pytest_vidcompress.measure.latency.fork_server`, it reads a JSON request a line and answers
each with one:

    {"load": file, "threads": n}   the arms, as `timer.pack` wrote them         -> {"arms": [names]}
    {"fork": [names]}              a child, which copies the arms in this order -> {"forked": pid}
    {"time": [names]}              in the child: one call of each, in this order -> {"seconds": [...]}
    {"exit": true}                 the end of the child                         -> {"exited": status}

What fails is answered with {"error": text}; whatever comes next is served, and a new turn gets a new child.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

import torch
from torch import nn

from ...processes.lifeline import die_with_parent
from ..accuracy.predict import logits_of
from .rest import handover_s, rest

Message = dict[str, Any]


def main() -> None:
    """Serves requests until the other side is gone."""
    torch.set_num_threads(1)
    die_with_parent()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    # What a model reads or prints must be neither a request nor look like an answer.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    server = _Server()
    for line in requests:
        try:
            answer = server.serve(json.loads(line))
        except Exception as error:
            answer = _failure(error)
        _send(answers, answer)


@dataclass
class _Held:
    """What was loaded."""

    arms: dict[str, Any] = field(default_factory=dict[str, Any])
    pixels: torch.Tensor = field(default_factory=lambda: torch.empty(0))
    threads: int = 1


class _Server:
    def __init__(self) -> None:
        self._held = _Held()
        self._child: _Child | None = None

    def serve(self, request: Message) -> Message:
        if "time" in request:
            return self._child.ask(request) if self._child else {"error": "no process was forked"}
        # One turn at a time: a child whose turn broke off must not outlive it.
        status = self._child.end() if self._child else 0
        self._child = None
        if "load" in request:
            self._held = _Held()  # two generations of models need not fit into memory
            self._held = _load(request["load"], request["threads"])
            return {"arms": list(self._held.arms)}
        if "fork" in request:
            self._child = _Child(self._held, request["fork"])
            return self._child.ask()
        return {"exited": status}


class _Child:
    """A fork of this process, and the pipes to it and back."""

    def __init__(self, held: _Held, order: list[str]) -> None:
        its_requests, requests = os.pipe()
        answers, its_answers = os.pipe()
        self._status: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            # Its own end of the pipe would keep it from seeing that the other one is closed.
            os.close(requests)
            os.close(answers)
            _turn(held, order, os.fdopen(its_requests, "rb"), os.fdopen(its_answers, "wb", buffering=0))
        os.close(its_requests)
        os.close(its_answers)
        self._requests = os.fdopen(requests, "wb", buffering=0)
        self._answers = os.fdopen(answers, "rb")

    def ask(self, request: Message | None = None) -> Message:
        """Its answer to a request, or to having been forked; an error when it has ended instead."""
        if self._status is None:
            with suppress(BrokenPipeError):
                if request:
                    _send(self._requests, request)
            line = self._answers.readline()
            if line:
                return json.loads(line)
        status = self.end()
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return {"error": f"the process {how}"}

    def end(self) -> int:
        """Ends it, and returns its exit status; negative is the signal that killed it."""
        if self._status is None:
            self._requests.close()
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._answers.close()
        return self._status


def _load(file: str, threads: int) -> _Held:
    # Written by the test's own process a moment ago, and removed as soon as this returns.
    payload = torch.load(file, weights_only=False, pickle_module=pickle)
    for arm in payload["arms"].values():
        if isinstance(arm, nn.Module):
            arm.eval()
    return _Held(payload["arms"], payload["pixels"], threads)


def _turn(held: _Held, order: list[str], requests: BinaryIO, answers: BinaryIO) -> NoReturn:
    """A child's whole life. It leaves without cleaning up what it shares with its parent."""
    status = 1
    try:
        die_with_parent()
        torch.set_num_threads(held.threads)
        # Copied here, so that every turn has its own place in memory: that alone moves times by a percent.
        fresh = {name: _copied(held.arms[name]) for name in order}
        pixels = held.pixels.clone()
        rest_s = handover_s(*fresh.values())
        _send(answers, {"forked": os.getpid()})
        with torch.inference_mode():
            for line in requests:
                seconds = [_seconds(fresh[name], pixels, rest_s) for name in json.loads(line)["time"]]
                _send(answers, {"seconds": seconds})
        status = 0
    except Exception as error:
        _send(answers, _failure(error))
    finally:
        os._exit(status)


def _copied(arm: Callable[[torch.Tensor], Any]) -> Callable[[torch.Tensor], Any]:
    try:
        return copy.deepcopy(arm)
    except Exception:  # a callable that holds what cannot be copied is timed where it lies
        return arm


def _seconds(arm: Callable[[torch.Tensor], Any], pixels: torch.Tensor, rest_s: float) -> float:
    rest(rest_s)
    started = time.perf_counter()
    logits_of(arm, pixels)
    return time.perf_counter() - started


def _send(to: BinaryIO, message: Message) -> None:
    to.write(json.dumps(message).encode() + b"\n")


def _failure(error: Exception) -> Message:
    return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
