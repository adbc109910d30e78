"""A Python process that works for this one: how it is started, and that nothing of it stays.

    process = start("package.module", paths=sys.path, stdin=PIPE, stdout=PIPE)     runs its `main()`
    status = end(process)

It is a fresh interpreter that ends with this process (`lifeline`), in a process group of its own: Ctrl-C reaches this
process alone, and what it started in turn ends with it.
"""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from . import lifeline
from .clock import now_s, sleep

_LOOK_S = 0.01


def start(
    module: str,
    *arguments: str,
    paths: Iterable[str],
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Starts a process that imports `module` and runs its `main()`.

    Args:
        paths: its `sys.path`, as of this process, before the interpreter's own.
        environment: all of its variables; None for those of this process.
        options: of `subprocess.Popen`, such as `cwd` and the streams.

    Raises:
        OSError: the system cannot start it.
    """
    absolute = [*dict.fromkeys(str(Path(path).absolute()) for path in paths)]
    variables = {
        **(os.environ if environment is None else environment),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([*_standard_library(), *absolute])),
        lifeline.PATHS: os.pathsep.join(absolute),
    }
    # -P: nor does the current folder, or that of the script, stand in for a library.
    command = [sys.executable, "-P", lifeline.__file__, str(os.getpid()), module, *arguments]
    started: Any = subprocess.Popen(command, env=variables, process_group=0, **options)
    return started


def single_threaded() -> dict[str, str]:
    """Variables of a process whose libraries start no thread pools: before a fork, or beside many others."""
    return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Without waiting for it: until `end` its number is nobody else's."""
    if process.returncode is not None:
        return True
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except AttributeError:  # Windows, where a handle keeps the number
        return process.poll() is not None


def wait(process: subprocess.Popen[bytes], patience_s: float) -> bool:
    """Waits until it has ended; False when the time is out before."""
    until = now_s() + patience_s
    while not has_ended(process):
        if now_s() >= until:
            return False
        sleep(_LOOK_S)
    return True


def answered(stream: IO[bytes], pid: int, patience_s: float) -> bool:
    """Waits until a process has written something, or has ended; False when the time is out before.

    That a stream has no writers left says less: what the process started may have inherited it.

    Args:
        patience_s: may be infinite.
    """
    try:
        ended = os.pidfd_open(pid)
    except (AttributeError, OSError):  # no such thing here, or it has been waited for
        ended = -1
    try:
        awaited = [stream, ended] if ended >= 0 else [stream]
        ready, _, _ = select.select(awaited, [], [], None if math.isinf(patience_s) else patience_s)
    finally:
        if ended >= 0:
            os.close(ended)
    return bool(ready)


def first_written(stream: IO[bytes]) -> bytes:
    """A line that `answered` has waited for; empty where the process ended instead."""
    ready, _, _ = select.select([stream], [], [], 0)
    return stream.readline() if ready else b""


def end(process: subprocess.Popen[bytes], patience_s: float = 0.0) -> int:
    """Ends a process of `start` and whatever it started; returns its exit status, as `how_ended` takes it.

    Args:
        patience_s: how long it may go on by itself.
    """
    if process.returncode is None:
        wait(process, patience_s)
        with suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    return process.wait()


def how_ended(status: int, errors: str = "") -> str:
    """`was killed by SIGKILL`, or `ended with status 3`, and the last line of what it said.

    Args:
        status: negative is the signal that killed it.
        errors: what it wrote to stderr.
    """
    try:
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    except ValueError:  # a signal without a name
        how = f"was killed by signal {-status}"
    lines = [*filter(None, map(str.strip, errors.splitlines()))]
    return f"{how} ({lines[-1]})" if lines else how


def _standard_library() -> list[str]:
    folder = sysconfig.get_paths()["stdlib"]
    return [folder, str(Path(folder) / "lib-dynload")]
