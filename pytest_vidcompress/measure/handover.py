"""The rest between calls of different runtimes, whose threads would go on spinning on each other's cores."""

from __future__ import annotations

from torch import nn

HANDOVER_S = 0.01


def handover_s(*calls: object) -> float:
    """Seconds to rest before each of these, timed in turns: none where torch's own threads execute all."""
    return 0.0 if all(isinstance(call, nn.Module) for call in calls) else HANDOVER_S
