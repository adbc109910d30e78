"""The clock of latency, whatever a test puts in the place of `time.perf_counter`. Light, and imported early."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from ...errors import VidcompressError

# A `partial`, because libraries that freeze time search all modules for the function itself.
now_s = partial(time.perf_counter)
"""Seconds of a clock that only goes forward."""
sleep = partial(time.sleep)
RESOLUTION_S = time.get_clock_info("perf_counter").resolution


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
