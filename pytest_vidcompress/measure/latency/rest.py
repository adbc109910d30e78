"""The rest between calls of different runtimes or processes, whose threads go on spinning on each other's cores."""

from __future__ import annotations

from torch import nn

from ...processes.clock import sleep

HANDOVER_S = 0.01


def handover_s(*calls: object) -> float:
    """Seconds to rest before each of these, timed in turns: none where torch's own threads execute all."""
    return 0.0 if all(isinstance(call, nn.Module) for call in calls) else HANDOVER_S


def rest(seconds: float) -> None:
    """Sleeps; not at all for 0 seconds, as even that would give the core away."""
    if seconds:
        sleep(seconds)
