"""How the learning rate goes: up over the first steps, then down along half a cosine (Loshchilov and Hutter, "SGDR",
ICLR 2017, section 3)."""

from __future__ import annotations

import math

WARM_UP = 0.1
"""Share of the steps over which the rate grows."""
MOST_WARM_UP = 300
"""Steps that it grows over at most."""


def learning_rate(step: int, steps: int, peak: float) -> float:
    """The rate of a step: grows to `peak`, and would be zero in the step after the last.

    Args:
        step: from 0.
        steps: of the whole training.
        peak: the highest rate.
    """
    growing = max(1, min(round(WARM_UP * steps), MOST_WARM_UP))
    if step < growing:
        return peak * (step + 1) / growing
    return peak * 0.5 * (1 + math.cos(math.pi * (step - growing) / max(1, steps - growing)))
