"""What a process of our own answers to requests: a JSON object a line; of a failure, what happened and to which arm.

serve(answer)       the whole life of such a process
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from ...errors import first_line
from ...processes.lifeline import adopt_orphans, die_with_parent
from .failure import Cause

Message = dict[str, Any]


def serve(answer: Callable[[Message], Message], imports: Sequence[str] = ()) -> None:
    """Answers requests, a JSON object a line, until the other side is gone; what is raised is an answer too.

    Args:
        imports: modules to import before the first; who needs one that cannot be says so then.
    """
    adopt_orphans()
    # A signal that it may act upon: what its children started ends with it.
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    die_with_parent(os.getppid())
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    # What a model reads or prints must be neither a request nor look like an answer.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for name in imports:
        with suppress(Exception):
            import_module(name)
    for line in requests:
        try:
            said = answer(json.loads(line))
        except Exception as error:
            said = failure(error, Cause.UNSENDABLE)
        write_line(answers, said)


def write_line(to: BinaryIO, message: Message) -> None:
    """Sends a message."""
    to.write(json.dumps(message).encode() + b"\n")


def failure(error: Exception, cause: Cause, arm: str = "") -> Message:
    """The answer where something was raised."""
    kind, said = type(error).__name__, first_line(error)
    return error_message(cause, kind if said == kind else f"{kind}: {said}", arm)


def error_message(cause: Cause, text: str, arm: str = "") -> Message:
    """The answer where there is none; as `failure.Failure`."""
    return {"error": text, "cause": cause.value, "arm": arm}
