"""A machine that runs at another speed than when runs were recorded: a ratio follows that, a little. Pure.

A shared machine is slower for seconds or minutes by a third, both arms with it, and no pair nor the control shows it.
Integers and floats are not slowed alike: the ratio of int8 to fp32 was seen to move by a quarter of what fp32 did.
Of a machine far slower than in any recorded run nothing is known of how far a ratio follows.
"""

from __future__ import annotations

import math

from .level import Level

FOLLOWS = 0.3
"""Of the log-ratio of the reference's time, what a ratio follows at most (`benchmarks/gate/machine_speed.py`)."""
FAR = 0.25
"""Log-ratio beyond which it is another machine, of which a ratio may follow all: where a reference took 40 % longer,
an unchanged student of half a millisecond was seen to take 19 % more of it."""
ALIKE = 0.05
"""Log-ratio to the recorded runs' range up to which the machine is as fast as it was."""


def other_speed(reference_s: float | None, level: Level, excess: float) -> str:
    """Why so much above the limit may be the machine's speed; empty where it is not.

    Args:
        reference_s: seconds of the reference's usual call now.
        excess: log-ratio above the limit.
    """
    if not reference_s or not level.references:
        return ""
    slower = math.log(reference_s / max(level.references))
    faster = math.log(min(level.references) / reference_s)
    apart = max(slower, faster)
    follows = FOLLOWS if apart <= FAR else 1.0
    if apart <= ALIKE or excess > follows * apart:
        return ""
    takes = f"{math.expm1(apart):.0%} longer" if slower > 0 else f"{-math.expm1(-apart):.0%} less"
    return f"the reference takes {takes} than in any recorded run"
