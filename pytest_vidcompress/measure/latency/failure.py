"""Why a model could not be timed in a fresh process, as data: what cannot run there is not merely slow. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...errors import VidcompressError


class Cause(Enum):
    """What happened."""

    DIED = "died"
    """The process ended, by a signal or by an exit status, 0 included; or it did not start."""
    RAISED = "raised"
    """A call, or copying the model, raised an exception."""
    HUNG = "hung"
    """It gave no answer within many times what a call takes."""
    UNSENDABLE = "cannot be sent"
    """It cannot be pickled, or not be loaded again: it holds a lock, an open file, code that cannot be imported."""


@dataclass(frozen=True)
class Failure:
    """What went wrong, and with which arm."""

    cause: Cause
    text: str
    """How, in words: `was killed by SIGSEGV`, `OSError: no such camera`, why it does not pickle."""
    arm: str = ""
    """Whose call it was, `variant` or `base`, as in `blocks`; empty where that is not known."""

    @property
    def of_variant(self) -> bool:
        """Does the variant itself not run in a process of its own? Then it cannot be shipped as it is.

        One that hangs may do so because the process was forked, where threads were already running.
        """
        return self.cause in (Cause.DIED, Cause.RAISED) and self.arm == "variant"


class FreshProcessError(VidcompressError):
    """Timing in fresh processes ended; `failure` says why, the text says it in a line."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure
