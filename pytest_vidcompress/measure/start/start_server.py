"""The process that cold starts are forked from: it has imported what they need, and loaded and computed nothing.

Of starts on a GPU each imports for itself before its clock runs, as an import may begin to use the GPU, and a process
that has cannot be forked.

It computes with one thread: a pool does not survive a fork, and a start makes its own. A thread that a library starts
as it is imported, such as OpenVINO's to report that, is waited for until it rests. Requests are answered as in
`latency.answers`:

    {"given": file}                what a start is given, as `package.pack` wrote it      -> {"given": true}
    {"start": {...}, "arm": name}  a child that starts an arm, as `package.Package` says  -> the seconds of its parts,
                                   the memory that it took, and what modules it imported
    {"import": [names]}            these modules, so that no later start imports them     -> {"imported": how many}

`start` may have a `patience_s`, after which a child that gives no answer is ended.
"""

from __future__ import annotations

import gc
import json
import math
import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import torch
from torch import nn

from ...artefacts.load import open_artefact
from ...models.device import CPU, synchronizer
from ...processes.child_process import answered, first_written, how_ended
from ...processes.clock import now_s, sleep
from ...processes.lifeline import children, die_with_parent, end_children
from ...runtimes.registry import RUNTIMES
from ...runtimes.torch_eager import runnable
from ..accuracy.predict import logits_of
from ..latency.answers import Message, error_message, failure, serve, write_line
from ..latency.failure import Cause
from ..latency.stopwatch import seconds_of
from .resident_memory import peak_resident_bytes, resident_bytes

_TASKS = Path("/proc/self/task")
_LOOK_S, _PATIENCE_S = 0.2, 5.0


def main() -> None:
    """Serves requests until the other side is gone."""
    torch.set_num_threads(1)
    serve(_Server().serve)


@dataclass(frozen=True)
class _Given:
    """What every start is given."""

    pixels: torch.Tensor = field(default_factory=lambda: torch.empty(0))
    device: str = "cpu"
    """What both arms are started on."""
    threads: int = 1
    techniques: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Besides those that come with this package; likewise what follows."""
    runtimes: Mapping[str, Any] = field(default_factory=dict[str, Any])


class _Server:
    def __init__(self) -> None:
        self._given = _Given()
        self._modules: tuple[str, ...] = ()
        """That a child imports for itself."""
        self._imported_bytes = resident_bytes()
        """That every start shares: what this process held after the last import."""

    def serve(self, request: Message) -> Message:
        if "given" in request:
            # Written by the test's own process a moment ago.
            payload = torch.load(request["given"], weights_only=False, pickle_module=pickle)
            self._given, self._modules = _Given(**payload), ()
            self._imported_bytes = resident_bytes()
            return {"given": True}
        if "import" in request:
            return {"imported": self._import(request["import"])}
        patience_s = request.get("patience_s", math.inf)
        answer = _forked(lambda: self._start(request["start"]), request["arm"], patience_s)
        return answer if "error" in answer else {**answer, "imported_bytes": self._imported_bytes}

    def _import(self, names: Sequence[str]) -> int:
        if self._given.device == str(CPU):
            modules = _import(names)
            self._imported_bytes = resident_bytes()
            return modules
        self._modules = (*self._modules, *names)
        return len(self._modules)

    def _start(self, arm: Mapping[str, Any]) -> Message:
        """In a child."""
        if self._modules:
            _import(self._modules)
        return _start(arm, self._given)


def _import(names: Iterable[str]) -> int:
    """Imports modules, and returns how many there are then."""
    for name in names:
        with suppress(Exception):  # what was made in a child while it ran is no module here
            import_module(name)
    _let_threads_rest()
    # What is here is no garbage: looking for some would touch, and so copy, all of it in every child.
    gc.collect()
    gc.freeze()
    return len(sys.modules)


def _let_threads_rest() -> None:
    """Waits until no other thread computes: what it held then, nobody could release in a child."""
    until = now_s() + _PATIENCE_S
    before, now = None, _ticks_of_others()
    while now and now != before and now_s() < until:
        sleep(_LOOK_S)
        before, now = now, _ticks_of_others()


def _ticks_of_others() -> dict[str, int]:
    """Time on a core of every other thread, those included that Python does not know; empty off Linux."""
    ticks: dict[str, int] = {}
    for task in _TASKS.glob("[0-9]*"):
        with suppress(OSError):
            if task.name != str(threading.get_native_id()):
                # The name before it may hold blanks and brackets.
                fields = (task / "stat").read_text(errors="replace").rpartition(")")[2].split()
                ticks[task.name] = int(fields[11]) + int(fields[12])
    return ticks


def _start(arm: Mapping[str, Any], given: _Given) -> Message:
    """A whole cold start, in a process that has done nothing yet: on a device its part of waking that, too."""
    wait = synchronizer(device := torch.device(given.device))
    known, before_bytes = frozenset(sys.modules), resident_bytes()
    torch.set_num_threads(given.threads)
    began = now_s()
    prepare = _loaded(arm, given)
    wait()
    loaded = now_s()
    run = prepare()
    wait()
    prepared = now_s()
    pixels = given.pixels.to(device)
    first_call_s = _seconds_of_first(run, pixels, wait)
    return {
        "load_s": loaded - began,
        "prepare_s": prepared - loaded,
        "first_call_s": first_call_s,
        "own_bytes": _growth(before_bytes),
        "modules": [name for name in sys.modules if name not in known],
    }


@torch.inference_mode()
def _seconds_of_first(
    run: Callable[[torch.Tensor], Any], pixels: torch.Tensor, wait: Callable[[], object]
) -> float:
    return seconds_of(lambda: logits_of(run, pixels), wait)


def _growth(before_bytes: int | None) -> int | None:
    """Of what is resident, at most; None where the system does not say."""
    peak_bytes = peak_resident_bytes()
    return None if before_bytes is None or peak_bytes is None else peak_bytes - before_bytes


def _loaded(arm: Mapping[str, Any], given: _Given) -> Callable[[], Callable[[torch.Tensor], Any]]:
    """Reads an arm from disk; what is returned makes of it what runs."""
    runtime = given.runtimes.get(arm["runtime"]) or RUNTIMES.get(arm["runtime"])
    build = runtime.build if runtime else None

    def built(run: Any) -> Any:
        if build:
            build(run)
        return run

    if "folder" in arm:
        opened = open_artefact(arm["folder"], arm["runtime"], given.techniques, given.runtimes)
        moved = opened.on(torch.device(given.device))
        return lambda: built(moved.executable())
    target = torch.load(arm["file"], weights_only=False, pickle_module=pickle)
    if isinstance(target, nn.Module):
        return lambda: built(runnable(target).eval())
    return lambda: built(target)


def _forked(work: Callable[[], Message], arm: str, patience_s: float) -> Message:
    """What a child answers; it and whatever it started have ended then."""
    others, server = children(), os.getpid()
    answers, its_answers = os.pipe()
    with warnings.catch_warnings():
        # Of threads, which rest.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(answers)
        _live(work, arm, server, os.fdopen(its_answers, "wb", buffering=0))
    os.close(its_answers)
    with os.fdopen(answers, "rb") as stream:
        hung = not answered(stream, pid, patience_s)
        line = b"" if hung else first_written(stream)
        if hung:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        end_children(but=others)
    if line:
        return json.loads(line)
    if hung:
        return error_message(Cause.HUNG, f"gave no answer within {patience_s:.0f} s", arm)
    return error_message(Cause.DIED, how_ended(status), arm)


def _live(work: Callable[[], Message], arm: str, server: int, answers: BinaryIO) -> NoReturn:
    """A child's whole life; it leaves without cleaning up what it shares with its parent."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent(server, signal.Signals.SIGKILL)
        write_line(answers, work())
        status = 0
    except Exception as error:
        write_line(answers, failure(error, Cause.RAISED, arm))
    finally:
        os._exit(status)
