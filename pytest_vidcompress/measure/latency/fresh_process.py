"""The server of fresh processes from the outside: it is sent requests, and answers or is given up."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...processes.child_process import (
    answered,
    end,
    first_written,
    has_ended,
    how_ended,
    single_threaded,
    start,
)
from .failure import Cause, Failure, FreshProcessError

PATIENCE_S = 120.0
"""Longest wait for an answer unless its request says otherwise: an interpreter starts and loads torch meanwhile."""
_FORKABLE = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
"""Asking torch whether there is CUDA, as libraries do when they are imported, then does not begin to use it."""
_LAST_BYTES = 1 << 16
"""Of what the server wrote to stderr."""


TIMING = "pytest_vidcompress.measure.latency.fork_server"
"""The module of the server that times calls."""


class ForkServer:
    """Started at once; `close` it, or let it go: it ends with this process.

    Args:
        folder: where it runs; the code that it imports is what `paths` says.
        paths: its `sys.path` before the interpreter's own.
        module: what it runs.
        imports: modules that it imports meanwhile, as what it will be sent comes from them.

    Raises:
        FreshProcessError: the system cannot start it.
    """

    def __init__(
        self,
        folder: Path | None = None,
        paths: Sequence[str] = (),
        module: str = TIMING,
        imports: Sequence[str] = (),
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, read when the server dies
        self._last_words: Failure | None = None
        try:
            self._process = start(
                module,
                *imports,
                paths=paths,
                environment={**os.environ, **single_threaded(), **_FORKABLE},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                cwd=folder,
            )
        except OSError as error:
            failure = Failure(Cause.DIED, f"did not start: {error}")
            raise FreshProcessError(
                failure, f"timing in fresh processes stopped: it {failure.text}"
            ) from error

    def ask(self, request: Mapping[str, Any], patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Sends a request and waits for its answer.

        Args:
            request: as its module takes it.
            patience_s: longest wait; then the server is ended.

        Raises:
            FreshProcessError: the server refused, died, or did not answer.
        """
        line, hung = b"", False
        # Who has ended reads no more.
        if not self.ended:
            line, hung = self._exchange(json.dumps(request).encode() + b"\n", patience_s)
        if not line:
            how = f"gave no answer within {patience_s:.0f} s" if hung else ""
            self._give_up(how)
            assert self._last_words is not None
            raise FreshProcessError(
                self._last_words, f"timing in fresh processes stopped: the process {self._last_words.text}"
            )
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            cause = Cause(answer.get("cause", Cause.RAISED.value))
            failure = Failure(cause, answer["error"], answer.get("arm", ""))
            subject = "the process " if cause in (Cause.DIED, Cause.HUNG) else ""
            raise FreshProcessError(failure, f"timing in fresh processes failed: {subject}{failure.text}")
        return answer

    @property
    def ended(self) -> bool:
        """It serves no more; after a request that failed it still does."""
        return has_ended(self._process)

    def close(self) -> None:
        """Ends the process and whatever it has forked."""
        self._give_up("")

    def _exchange(self, request: bytes, patience_s: float) -> tuple[bytes, bool]:
        """The line that answers, empty without one; and whether the time is out."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with suppress(BrokenPipeError):
            stdin.write(request)
            if not answered(stdout, self._process.pid, patience_s):
                return b"", True
            return first_written(stdout), False
        return b"", False

    def _give_up(self, hung: str) -> None:
        if self._errors.closed:
            return
        status = end(self._process)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - _LAST_BYTES))
        said = self._errors.read().decode(errors="replace")
        self._errors.close()
        cause = Cause.HUNG if hung else Cause.DIED
        self._last_words = Failure(cause, hung or how_ended(status, said))
