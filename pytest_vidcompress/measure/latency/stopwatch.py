"""How long a call takes."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import VidcompressError
from ...processes.clock import RESOLUTION_S, now_s


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes; never zero, which no ratio could be made of."""
    started = now_s()
    call()
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
