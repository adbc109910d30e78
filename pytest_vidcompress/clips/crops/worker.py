"""A process that decodes: the side that starts it, and the process itself.

It is a fresh interpreter, not a fork: a library's threads do not survive one. `python -m
pytest_vidcompress.clips.crops.worker` says `READY`, then answers each pickled `(path, spec)` with the crops as an
array, with the `Undecodable` that they raised, or with None: decoding failed in a way that is no fault of the
file.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...processes.lifeline import die_with_parent
from ..faults import Undecodable
from ..profile import CropSpec

if TYPE_CHECKING:
    import torch

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
            self._process = subprocess.Popen(
                # -P: a file of the user's in the current folder must not stand in for a library.
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={**os.environ, **_single_threaded(), "PYTHONPATH": _paths()},
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

    def decode(self, path: Path, spec: CropSpec) -> torch.Tensor | None:
        """As `crops_of`; None where that failed otherwise than by the file's fault.

        Raises:
            Undecodable: the video does not give these frames.
            Died: the process did.
        """
        import torch

        assert self._process.stdin is not None
        with suppress(OSError):  # whoever reads no more does not answer either
            self._process.stdin.write(pickle.dumps((str(path.absolute()), spec)))
        answer = self._receive()
        if isinstance(answer, Undecodable):
            raise answer
        return None if answer is None else torch.from_numpy(answer)

    def kill(self) -> None:
        """Ends it, whatever it is doing. Whoever waits for its answer is told that it died."""
        self._process.kill()

    def end(self) -> str:
        """Waits until it has ended, and says how; nobody may be waiting for its answer."""
        try:
            status = self._process.wait(_EXIT_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        for stream in (self._process.stdin, self._answers):
            assert stream is not None
            stream.close()
        return (
            f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        )

    def _receive(self) -> Any:
        try:
            return pickle.load(self._answers)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Died(self.end()) from None


def _paths() -> str:
    """What this process imports from, its own package first."""
    return os.pathsep.join([str(Path(__file__).parents[3]), *filter(None, sys.path)])


def _single_threaded() -> dict[str, str]:
    return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def main() -> None:
    """Serves requests until the other side is gone."""
    # Ctrl-C reaches the whole group; the other side decides what becomes of this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library prints must not look like an answer.
    os.dup2(2, 1)
    import torch

    from .crops import crops_of

    torch.set_num_threads(1)
    answer: Any = READY
    while True:
        pickle.dump(answer, answers, protocol=5)
        answers.flush()
        try:
            path, spec = pickle.load(requests)
        except EOFError:
            return
        answer = _answer(crops_of, Path(path), spec)


def _answer(crops_of: Callable[[Path, CropSpec], torch.Tensor], path: Path, spec: CropSpec) -> Any:
    try:
        return crops_of(path, spec).numpy()
    except Undecodable as error:
        return error
    except Exception:  # the other side tries it itself, and raises what is to be seen
        return None


if __name__ == "__main__":
    main()
