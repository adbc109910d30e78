"""The process that times in fresh processes: it holds the arms, and forks itself for every turn.

It computes with one thread only: an OpenMP pool does not survive a fork. Its children set their threads anew.
Run as `python -m pytest_vidcompress.measure.fork`, it reads a JSON request a line and answers with one:

    {"load": file, "threads": n}   the arms, as `timer.pack` wrote them     -> {"arms": [names]}
    {"fork": [names]}              a child, which copies the arms in this order -> {"forked": pid}
    {"time": [names]}              to the child: one call of each, in this order -> {"seconds": [...]}
    {"exit": true}                 to the child                              -> {"exited": status}
"""

from __future__ import annotations

import copy
import ctypes
import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

import torch
from torch import nn

from .predict import logits_of

_PR_SET_PDEATHSIG = 1

Request = dict[str, Any]


def main() -> None:
    """Serves requests until the other side is gone."""
    torch.set_num_threads(1)
    _die_with_parent()
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # What a model prints must not look like an answer.
    os.dup2(2, 1)
    arms: dict[str, Any] = {}
    pixels, threads = torch.empty(0), 1
    for line in requests:
        request: Request = json.loads(line)
        try:
            if "load" in request:
                arms, pixels = _load(request["load"])
                threads = request["threads"]
                _answer(answers, {"arms": list(arms)})
            else:
                child = os.fork()
                if child == 0:
                    _turn(arms, request["fork"], pixels, threads, requests, answers)
                _, status = os.waitpid(child, 0)
                _answer(answers, {"exited": status})
        except Exception as error:
            _answer(answers, {"error": f"{type(error).__name__}: {error}"})


def _load(file: str) -> tuple[dict[str, Any], torch.Tensor]:
    # Written by the test's own process a moment ago, and removed as soon as this returns.
    payload = torch.load(file, weights_only=False, pickle_module=pickle)
    for arm in payload["arms"].values():
        if isinstance(arm, nn.Module):
            arm.eval()
    return payload["arms"], payload["pixels"]


def _turn(
    arms: dict[str, Any],
    order: list[str],
    pixels: torch.Tensor,
    threads: int,
    requests: BinaryIO,
    answers: BinaryIO,
) -> NoReturn:
    """A child's whole life. It leaves without cleaning up what it shares with its parent."""
    status = 1
    try:
        _die_with_parent()
        torch.set_num_threads(threads)
        # Copied here, so that every turn has its own place in memory: that alone moves times by a percent.
        fresh = {name: _copied(arms[name]) for name in order}
        pixels = pixels.clone()
        _answer(answers, {"forked": os.getpid()})
        with torch.inference_mode():
            for line in requests:
                request: Request = json.loads(line)
                if "exit" in request:
                    status = 0
                    break
                seconds = [_seconds(fresh[name], pixels) for name in request["time"]]
                _answer(answers, {"seconds": seconds})
    except Exception as error:
        _answer(answers, {"error": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(status)


def _copied(arm: Callable[[torch.Tensor], Any]) -> Callable[[torch.Tensor], Any]:
    try:
        return copy.deepcopy(arm)
    except Exception:  # a callable that holds what cannot be copied is timed where it lies
        return arm


def _seconds(arm: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> float:
    started = time.perf_counter()
    logits_of(arm, pixels)
    return time.perf_counter() - started


def _answer(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _die_with_parent() -> None:
    """On Linux at once, however the parent ends; elsewhere when the next request cannot be read."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
