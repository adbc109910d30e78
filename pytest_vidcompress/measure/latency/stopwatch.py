"""How long a call takes."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import VidcompressError
from ...processes.clock import RESOLUTION_S, now_s


def at_once() -> None:
    """Waits for nothing: the CPU has done what it was given when a call returns."""


def seconds_of(call: Callable[[], object], synchronize: Callable[[], object] = at_once) -> float:
    """How long a call takes; never zero, which no ratio could be made of.

    Args:
        synchronize: waits until the device that computes has done what it was given. A call gives it work and
            returns: without waiting before and after, what is timed would be how fast work is given.
    """
    synchronize()
    started = now_s()
    call()
    synchronize()
    return max(now_s() - started, RESOLUTION_S)


def refuse_stopped(pair_s: float) -> None:
    """Refuses to time by a clock that does not go on: it would call everything as fast as everything else.

    Args:
        pair_s: what two calls took.
    """
    if pair_s <= 2 * RESOLUTION_S:
        raise VidcompressError(
            f"two calls took {pair_s:.1e} s together, which the clock cannot tell from nothing: measure something"
            " that computes, and give `time.perf_counter` back where a test has replaced it"
        )
