"""The few exact tests the gate rests on. Pure; scipy is imported by the functions that need it."""

from __future__ import annotations

import math
from typing import Any, cast


def mcnemar(lost: int, gained: int) -> float:
    """Chance of at least so many losses among the clips that changed sides, were both sides equally likely.

    Exact and one-sided, after McNemar (1947): only the discordant pairs count, and they are a fair coin.
    """
    if lost + gained == 0:
        return 1.0
    return float(_binomial_test(lost, lost + gained, "greater").pvalue)


def smallest_visible_drop(clips: int, alpha: float) -> float:
    """Smallest share of clips whose loss, with no gain, is significant in `mcnemar`; infinite if none is."""
    needed = max(1, math.ceil(-math.log2(alpha)))
    return needed / clips if 0 < needed <= clips else math.inf


def _binomial_test(successes: int, n: int, alternative: str) -> Any:
    from scipy import stats  # pyright: ignore[reportMissingTypeStubs]

    return cast("Any", stats).binomtest(successes, n, 0.5, alternative=alternative)
