"""A process that decodes: the side that starts it, and the process itself.

It is a fresh interpreter, not a fork: a library's threads do not survive one. `main` says `READY`, then answers each
pickled `(job, path)` with what the job gives, with the `Undecodable` that it raised, or with None: it failed in a way
that is no fault of the file.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from ...processes.child_process import end, how_ended, single_threaded, start
from ..faults import Undecodable

Job = Callable[[Path], Any]
"""What is done with a file; it and what it gives, which is not None, can be pickled."""
READY = "ready"
_EXIT_PATIENCE_S = 10.0


class Died(Exception):  # noqa: N818
    """The process ended before it answered; the text says how."""


class Worker:
    """Started at once; `kill` and `end` it, or let it go: it ends with this process.

    Raises:
        Died: it could not be started.
    """

    def __init__(self) -> None:
        try:
            self._process = start(
                __name__,
                # This package first: whatever else is of its name.
                paths=[str(Path(__file__).parents[3]), *sys.path],
                environment={**os.environ, **single_threaded()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        except (OSError, TypeError) as error:
            raise Died(f"did not start: {error}") from error
        assert isinstance(self._process.stdout, io.RawIOBase)
        self._answers = io.BufferedReader(self._process.stdout)

    def wait_until_ready(self) -> None:
        """Until it has loaded what it decodes with.

        Raises:
            Died: it ended instead.
        """
        if self._receive() != READY:
            raise Died("did not start")

    def answer(self, job: Job, path: Path) -> Any:
        """What the job gives; None where it failed otherwise than by the file's fault.

        Raises:
            Undecodable: the job did.
            Died: the process did.
        """
        assert self._process.stdin is not None
        with suppress(OSError):  # whoever reads no more does not answer either
            self._process.stdin.write(pickle.dumps((job, str(path.absolute()))))
        answer = self._receive()
        if isinstance(answer, Undecodable):
            raise answer
        return answer

    def kill(self) -> None:
        """Ends it, whatever it is doing. Whoever waits for its answer is told that it died."""
        self._process.kill()

    def end(self) -> str:
        """Waits until it has ended, and says how; nobody may be waiting for its answer."""
        status = end(self._process, _EXIT_PATIENCE_S)
        for stream in (self._process.stdin, self._answers):
            assert stream is not None
            stream.close()
        return how_ended(status)

    def _receive(self) -> Any:
        try:
            return pickle.load(self._answers)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Died(self.end()) from None


def main() -> None:
    """Serves requests until the other side is gone."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library prints must not look like an answer.
    os.dup2(2, 1)
    torch.set_num_threads(1)
    answer: Any = READY
    while True:
        pickle.dump(answer, answers, protocol=5)
        answers.flush()
        try:
            job, path = pickle.load(requests)
        except EOFError:
            return
        answer = _answer(job, Path(path))


def _answer(job: Job, path: Path) -> Any:
    try:
        return job(path)
    except Undecodable as error:
        return error
    except Exception:  # the other side tries it itself, and raises what is to be seen
        return None
