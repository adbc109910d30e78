"""A worker process from the outside: it is sent requests, and answers or is given up."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import VidcompressError

PATIENCE_S = 600.0
"""Longest wait for one answer: a large model may take minutes to load on a busy machine."""


class Worker:
    """Started at once; `close` it, or let it go: it ends with this process.

    Args:
        folder: where it runs; the code that it imports is what `paths` says.
        paths: its `sys.path` before the interpreter's own.
    """

    def __init__(self, folder: Path | None = None, paths: Sequence[str] = ()) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, read when the worker dies
        self._last_words = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pytest_vidcompress.measure.latency.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            cwd=folder,
            env={**os.environ, **_single_threaded(), "PYTHONPATH": os.pathsep.join(paths)},
        )

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a request and waits for its answer.

        Raises:
            VidcompressError: the worker refused, died, or did not answer.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        line = b""
        # Who has ended reads no more.
        if not self.ended:
            with suppress(BrokenPipeError):
                stdin.write(json.dumps(request).encode() + b"\n")
                ready, _, _ = select.select([stdout], [], [], PATIENCE_S)
                line = stdout.readline() if ready else b""
        if not line:
            self.close()
            raise VidcompressError(f"timing in fresh processes stopped: {self._last_words}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise VidcompressError(f"timing in fresh processes failed: {answer['error']}")
        return answer

    @property
    def ended(self) -> bool:
        """It serves no more; after a request that failed it still does."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Ends the process and whatever it has forked."""
        if self._errors.closed:
            return
        self._process.kill()
        status = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        said = [line for line in lines if line.strip()]
        self._last_words = said[-1] if said else f"the worker ended with status {status}"
        self._errors.close()


def _single_threaded() -> dict[str, str]:
    """Libraries start no thread pools before the fork; the children say how many threads they want."""
    return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
