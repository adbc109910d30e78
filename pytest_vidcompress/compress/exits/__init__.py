"""Easy clips leave early: of `cascade` after a smaller variant, of `early-exit` after some blocks of the same one.

Where a clip leaves depends on how sure an answer is, the largest of its probabilities; how sure it must be is found
on clips outside the sample, so that no more points are lost than are allowed.
"""

from __future__ import annotations

from .cascade import CASCADE
from .early_exit import EARLY_EXIT

TECHNIQUES = {"cascade": CASCADE, "early-exit": EARLY_EXIT}
