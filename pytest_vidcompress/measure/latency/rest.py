"""The rest between calls of different runtimes or processes, whose threads go on spinning on each other's cores."""

from __future__ import annotations

from torch import nn

from ...processes.clock import sleep

HANDOVER_S = 0.01
SHORT_PAIR_S = 0.1
"""Seconds of a call of each arm, up to which the sleep of a runtime's threads shows: first calls after a rest were
seen to take two to three times as long when they take a millisecond, and vary as much."""


def handover_s(*calls: object) -> float:
    """Seconds to rest before each of these, timed in turns: none where torch's own threads execute all."""
    return 0.0 if all(isinstance(call, nn.Module) for call in calls) else HANDOVER_S


def wakes(rest_s: float, pair_s: float) -> bool:
    """Is each arm called once after its rest, before the call that counts?

    A stream of clips finds threads awake and weights in the cache, and so does what is timed of short calls.

    Args:
        rest_s: before every call.
        pair_s: about the seconds of one call of each arm.
    """
    return rest_s > 0 and pair_s < SHORT_PAIR_S


def rest(seconds: float) -> None:
    """Sleeps; not at all for 0 seconds, as even that would give the core away."""
    if seconds:
        sleep(seconds)
